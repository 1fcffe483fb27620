// A store that removes a document and can't say so.
import { openStore as openWell } from '../documents/log.store.mjs'

/** @type {import('@whereabouts/server').OpenStore<{ file: string }>} */
export async function openStore({ file }) {
  const well = await openWell({ file })
  return {
    ...well,
    remove: async (removal) => {
      await well.remove(removal)
      throw new Error('the connection was lost')
    },
  }
}
