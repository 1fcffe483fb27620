// Socket.IO with its own rooms, over WebSocket only, without polling and upgrade.
import { Server } from 'socket.io'

const io = new Server({ transports: ['websocket'], serveClient: false })

io.on('connection', (socket) => {
  const { room } = socket.handshake.query
  void socket.join(room)
  socket.on('move', (location) => io.to(room).emit('move', location))
})

io.listen(Number(process.env['PORT']))
