// Plain ws, which broadcasts each message to the room.
import { WebSocketServer } from 'ws'

const rooms = new Map()
const server = new WebSocketServer({
  port: Number(process.env['PORT']),
  host: '127.0.0.1',
  backlog: 4_096,
})

server.on('connection', (socket, { url }) => {
  const room = rooms.get(url) ?? new Set()
  rooms.set(url, room)
  room.add(socket)
  socket.on('message', (data) => {
    for (const each of room) each.send(data, { binary: false })
  })
  socket.on('close', () => room.delete(socket))
})
