// A store that loads a document when the test lets it, so that others can change it meanwhile.
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { openStore as openFast } from '../documents/log.store.mjs'

/** @type {import('@whereabouts/server').OpenStore<{ file: string }>} */
export async function openStore({ file }) {
  const fast = await openFast({ file })
  return {
    ...fast,
    load: async (roomName) => {
      writeFileSync(`${file}.loads`, roomName)
      while (!existsSync(`${file}.may`)) await wait(10)
      return fast.load(roomName)
    },
  }
}
