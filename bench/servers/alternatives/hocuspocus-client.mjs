// Hocuspocus: its provider for the people, and a socket for those who read, who get every update.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { message, upgrade } from '../../typing/raw-readers.mjs'
import { perform } from '../../typing/tasks.mjs'

const AUTHENTICATION = 2
const TOKEN = 0

await perform({
  Y,
  async open(port, name) {
    const document = new Y.Doc()
    const url = `ws://127.0.0.1:${port}`
    // One socket each, as two people have.
    const websocketProvider = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket })
    const provider = new HocuspocusProvider({ websocketProvider, name, document, token: 'none' })
    const synced = new Promise((resolve) => provider.on('synced', resolve))
    provider.attach()
    await synced
    return { doc: document, close: async () => provider.destroy() }
  },
  reader: {
    begin: () => upgrade('/'),
    greet: (room) =>
      message(Buffer.concat([text(room), Buffer.from([AUTHENTICATION, TOKEN]), text('none')])),
    updates: (bytes) => [bytes],
  },
})

/** @param {string} value */
function text(value) {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)])
}
