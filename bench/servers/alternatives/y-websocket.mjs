// The server that y-websocket brings: awareness of y-protocols, and a document that nobody writes to.
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { setupWSConnection } from 'y-websocket/bin/utils'

const server = createServer()
const sockets = new WebSocketServer({ server })
sockets.on('connection', setupWSConnection)
server.listen({ port: Number(process.env['PORT']), host: '127.0.0.1', backlog: 4_096 })
