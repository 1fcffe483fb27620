// A store in one file, to which lines of JSON are appended: the example of docs/how-to/store.md.
import { randomInt } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'

const MOST = 2 ** 48 - 1

/** @type {import('@whereabouts/server').OpenStore<{ file: string }>} */
export async function openStore({ file }) {
  const handle = await open(file, 'a')

  /** @param {object} record */
  async function write(record) {
    // The line feed comes first, so that a line that a crash cut off spoils no other one.
    const line = Buffer.from(`\n${JSON.stringify(record)}`)
    // In one write: another store that has the file open may write between two.
    const { bytesWritten } = await handle.write(line)
    if (bytesWritten < line.length) throw new Error('the file took a part of a line')
    await handle.datasync()
  }

  /** @param {string} roomName */
  async function read(roomName) {
    const generations = [0]
    let snapshot = ''
    /** @type {Map<number, string>} */
    const updates = new Map()
    for (const line of (await readFile(file, 'utf8')).split('\n')) {
      const { appended = [], compacted } = parse(line)
      for (const each of appended)
        if (each.roomName === roomName) updates.set(each.number, each.text)
      // Of two compactions of one generation, the first in the file counts.
      if (compacted?.roomName !== roomName || compacted.base !== generations.at(-1)) continue
      generations.push(compacted.generation)
      snapshot = compacted.text
      for (const number of compacted.numbers) updates.delete(number)
    }
    return { generations, snapshot, updates }
  }

  return {
    load: async (roomName) => {
      const { generations, snapshot, updates } = await read(roomName)
      return {
        generation: generations.at(-1) ?? 0,
        snapshot: Buffer.from(snapshot, 'base64'),
        updates: [...updates].map(([number, text]) => ({
          number,
          bytes: Buffer.from(text, 'base64'),
        })),
      }
    },
    append: async (updates) => {
      const appended = updates.map(({ roomName, bytes }) => ({
        roomName,
        number: randomInt(1, MOST),
        text: textOf(bytes),
      }))
      await write({ appended })
      return appended.map(({ number }) => number)
    },
    compact: async ({ snapshot, ...compaction }) => {
      const generation = randomInt(1, MOST)
      await write({ compacted: { ...compaction, generation, text: textOf(snapshot) } })
      const { generations } = await read(compaction.roomName)
      return generations.includes(generation) ? generation : undefined
    },
    check: () => write({}),
    close: () => handle.close(),
  }
}

/**
 * @typedef {{ roomName: string, base: number, numbers: number[], generation: number, text: string }} Compacted
 * @typedef {{ appended?: { roomName: string, number: number, text: string }[], compacted?: Compacted }} Record
 */

/**
 * @param {string} line
 * @returns {Record}
 */
function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}

/** @param {Uint8Array} bytes */
function textOf(bytes) {
  return Buffer.from(bytes).toString('base64')
}
