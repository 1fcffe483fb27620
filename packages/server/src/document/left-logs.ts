import type { Threads } from './threads.js'

/** The fewest updates for which a document is compacted at start, and how many documents are listed at a time. */
const LEFT = { leastUpdates: 20, limit: 100 }

/**
 * Compacts the documents whose logs an earlier server left, one after another.
 *
 * @throws {Problem} if the store fails; what is left then is compacted when it is used
 * @see PROTOCOL.md DO56
 */
export async function compactLeft(threads: Threads): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = { after, ...LEFT }
    const rooms: readonly string[] = (await threads.ask({ call: 'uncompacted', page })).result
    for (const roomName of rooms) await threads.ask({ call: 'compact', roomName })
    after = rooms.at(-1)
  }
}
