// whereabouts: a room of its own client for the people, and its stream for those who read.
import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import * as Y from 'yjs'
import { perform } from './tasks.mjs'

const DOCUMENT = /^event: document\ndata: (.*)$/gm

await perform({
  Y,
  async open(port, name) {
    const doc = new Y.Doc()
    const room = joinRoom({ url: `http://127.0.0.1:${port}`, room: name, user: { name: 'Bench' } })
    const provider = new RoomProvider(room, doc)
    if (!provider.synced) {
      await new Promise((resolve) => provider.on('synced', (is) => is && resolve(undefined)))
    }
    return {
      doc,
      async close() {
        await provider.destroy()
        await room.leave()
      },
    }
  },
  reader: {
    begin: (room) => `GET /rooms/${room}/events?watch=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    updates: (bytes) =>
      Array.from(bytes.toString('latin1').matchAll(DOCUMENT), ([, data = '']) =>
        Buffer.from(data, 'base64'),
      ),
  },
})
