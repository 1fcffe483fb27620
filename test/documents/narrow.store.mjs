// Documents in memory, on a disk that has as much space as a file says.
import { readFileSync } from 'node:fs'
import { MemoryStore } from '../../packages/server/dist/document/memory-store.js'

/** @param {{ file: string }} options */
export async function openStore({ file }) {
  const need = (/** @type {number} */ bytes) => {
    if (bytes > Number(readFileSync(file, 'utf8'))) throw new Error('the disk is full')
  }
  return new (class extends MemoryStore {
    /** @type {MemoryStore['append']} */
    async append(updates) {
      need(updates.reduce((sum, { bytes }) => sum + bytes.byteLength, 0))
      return super.append(updates)
    }

    /** @type {MemoryStore['claim']} */
    async claim(update, record) {
      need(update.bytes.byteLength)
      return super.claim(update, record)
    }

    async check(bytes = 0) {
      need(bytes)
    }
  })()
}
