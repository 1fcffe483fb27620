// A store that takes its time to say whether a room has a document.
import { setTimeout as wait } from 'node:timers/promises'
import { openStore as openFast } from '../documents/log.store.mjs'

/** @type {import('@whereabouts/server').OpenStore<{ file: string, slowMs: number }>} */
export async function openStore({ file, slowMs }) {
  const fast = await openFast({ file })
  return {
    ...fast,
    about: async (roomName) => {
      await wait(slowMs)
      return fast.about(roomName)
    },
  }
}
