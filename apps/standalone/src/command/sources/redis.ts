import { createClient, RESP_TYPES } from '@redis/client'
import { mergeUpdates } from 'yjs'
import type { SourceDocument } from './source.js'

const UPDATES = ':updates'

/** Reads the lists of y-redis 1, one of updates for each document. */
export async function* readRedis(url: string): AsyncGenerator<SourceDocument> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  // Whoever waits for an answer is told.
  client.on('error', () => {})
  await client.connect()
  try {
    const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
    const names = new Set<string>()
    for await (const keys of client.scanIterator({ MATCH: `*${UPDATES}`, TYPE: 'list' })) {
      for (const key of keys) names.add(key.slice(0, -UPDATES.length))
    }
    for (const name of [...names].toSorted()) {
      const read = async () => {
        const updates = await bytes.lRange(name + UPDATES, 0, -1)
        return mergeUpdates(updates.map((update) => Uint8Array.from(update)))
      }
      yield { name, read }
    }
  } finally {
    client.destroy()
  }
}
