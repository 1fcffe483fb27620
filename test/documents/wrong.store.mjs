// Variants of log.store.mjs with one fault each, which the contract must detect.
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
        // The store may already be closed, and nothing waits for this.
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
  'stores what is for a removed document': (right) => ({
    append: async (updates) => {
      const current = updates.map(async (update) => {
        const { incarnation } = await right.load(update.roomName)
        return { ...update, incarnation }
      })
      return right.append(await Promise.all(current))
    },
  }),
  'forgets that a document was removed': (right) => ({
    remove: async (removal) => right.remove({ ...removal, incarnation: '.0' }),
  }),
  'leaves the record of a removed document': (right) => ({
    remove: async (removal) => {
      const { revision, ...record } = (await right.getRecord(removal.roomName)) ?? { json: '' }
      const isRemoved = await right.remove(removal)
      if (revision !== undefined) await right.putRecord(removal.roomName, record, 0)
      return isRemoved
    },
  }),
  'lets a document be claimed that is there': (right) => ({
    claim: async (update, record) => {
      const [number] = await right.append([update])
      const { revision = 0 } = (await right.getRecord(update.roomName)) ?? {}
      if (record !== undefined) await right.putRecord(update.roomName, record, revision)
      return number
    },
  }),
  'takes two first updates': (right) => ({
    claim: async (update, record) =>
      record === undefined ? (await right.append([update]))[0] : right.claim(update, record),
  }),
  'lets the last change of a record win': (right) => ({
    putRecord: async (roomName, record) => {
      const { revision = 0 } = (await right.getRecord(roomName)) ?? {}
      return right.putRecord(roomName, record, revision)
    },
  }),
  'lists in the order of the locale': (right) => ({
    list: async (page) =>
      (await right.list(page)).toSorted((one, other) => one.roomName.localeCompare(other.roomName)),
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
