// The store of log.store.mjs with one fault each, for the contract to find.
import { setTimeout as wait } from 'node:timers/promises'
import { openStore as openRight } from './log.store.mjs'

/** @typedef {import('@whereabouts/server').DocumentStore} DocumentStore */

/** @type {Readonly<Record<string, (right: DocumentStore) => Partial<DocumentStore>>>} */
const FAULTS = {
  'acknowledges before it has written': (right) => {
    let number = 0
    return {
      append: async (updates) => {
        const late = wait(300).then(() => right.append(updates))
        // The store may be closed by then, and nobody waits for it.
        late.catch(() => {})
        return updates.map(() => ++number)
      },
    }
  },
  'writes an append in parts': (right) => ({
    append: async (updates) => {
      const numbers = []
      for (const update of updates) numbers.push(...(await right.append([update])))
      return numbers
    },
  }),
  'returns numbers in another order': (right) => ({
    append: async (updates) => (await right.append(updates)).toReversed(),
  }),
  'removes later updates with a compaction': (right) => ({
    compact: async (compaction) => {
      const { updates } = await right.load(compaction.roomName)
      return right.compact({ ...compaction, numbers: updates.map(({ number }) => number) })
    },
  }),
  'lets the last compaction win': (right) => ({
    compact: async (compaction) => {
      const { generation } = await right.load(compaction.roomName)
      return right.compact({ ...compaction, base: generation })
    },
  }),
  'remembers what it has loaded': (right) => {
    /** @type {Map<string, ReturnType<DocumentStore['load']>>} */
    const loaded = new Map()
    return {
      load: async (roomName) => {
        const document = loaded.get(roomName) ?? right.load(roomName)
        loaded.set(roomName, document)
        return document
      },
    }
  },
}

/** @type {import('@whereabouts/server').OpenStore<{ file: string, fault: string }>} */
export async function openStore({ file, fault }) {
  const right = await openRight({ file })
  return { ...right, ...FAULTS[fault]?.(right) }
}
