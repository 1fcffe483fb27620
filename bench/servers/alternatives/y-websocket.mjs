// The server of y-websocket: awareness of y-protocols and documents, which are stored in LevelDB if
// YPERSISTENCE names a folder.
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { setupWSConnection } from 'y-websocket/bin/utils'

const server = createServer()
const sockets = new WebSocketServer({ server })
sockets.on('connection', setupWSConnection)
server.listen({ port: Number(process.env['PORT']), host: '127.0.0.1', backlog: 4_096 })
