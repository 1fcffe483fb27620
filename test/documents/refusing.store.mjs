// Documents in memory. The first update of a room whose name begins with "bad" can't be stored with a record.
import { setTimeout as wait } from 'node:timers/promises'
import { MemoryStore } from '../../packages/server/dist/document/memory-store.js'

export async function openStore() {
  return new (class extends MemoryStore {
    /** @type {MemoryStore['claim']} */
    async claim(update, record) {
      if (update.roomName.startsWith('bad')) throw new Error('planted')
      return super.claim(update, record)
    }

    /** Takes a while, so that much is stored in one transaction. @type {MemoryStore['append']} */
    async append(updates) {
      await wait(20)
      return super.append(updates)
    }
  })()
}
