// y-websocket: its provider for the people, and a socket for those who read, who get every update.
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { message, upgrade } from '../../typing/raw-readers.mjs'
import { perform } from '../../typing/tasks.mjs'

/** Sync step 1 with an empty state vector. */
const SYNC = message(new Uint8Array([0, 0, 1, 0]))

await perform({
  Y,
  async open(port, room) {
    const doc = new Y.Doc()
    // Without broadcast channels, by which two providers of one process would talk past the server.
    const options = { WebSocketPolyfill: WebSocket, disableBc: true }
    const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, room, doc, options)
    await new Promise((resolve) => provider.on('sync', (is) => is && resolve(undefined)))
    return { doc, close: async () => provider.destroy() }
  },
  reader: { begin: (room) => upgrade(`/${room}`), greet: () => SYNC, updates: (bytes) => [bytes] },
})
