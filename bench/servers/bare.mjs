// What Node can do at best: no framework, no checks, no presence. Every update becomes one Buffer,
// which is written as it is to the socket of each stream of the room.
//
// With FRAME_MS, what came in that time goes out as one event: how far merging alone would take it.
import { createServer } from 'node:http'

const STREAM = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n' +
    'Connection: close\r\n\r\n:\n\n',
)
const frameMs = Number(process.env['FRAME_MS'] ?? 0)

/** @typedef {{ sockets: Set<import('node:stream').Duplex>, waiting: string[] }} Room */

/** @type {Map<string, Room>} */
const rooms = new Map()

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const [, , name = '', call] = (request.url ?? '').split('/')
  if (call === 'events') return stream(roomOf(name), request.socket)
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (/** @type {string} */ text) => {
    body += text
  })
  request.on('end', () => {
    tell(roomOf(name), body)
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2 }).end('ok')
  })
})
server.listen({ port: Number(process.env['PORT']), host: '127.0.0.1', backlog: 4_096 })

/** @param {string} name */
function roomOf(name) {
  const room = rooms.get(name) ?? { sockets: new Set(), waiting: [] }
  rooms.set(name, room)
  return room
}

/**
 * @param {Room} room
 * @param {import('node:net').Socket} socket
 */
function stream({ sockets }, socket) {
  socket.setNoDelay(true)
  socket.write(STREAM)
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
}

/**
 * @param {Room} room
 * @param {string} update
 */
function tell(room, update) {
  if (frameMs === 0) return write(room, update)
  if (room.waiting.push(update) > 1) return
  setTimeout(() => {
    write(room, `[${room.waiting.join(',')}]`)
    room.waiting = []
  }, frameMs)
}

/**
 * @param {Room} room
 * @param {string} data
 */
function write({ sockets }, data) {
  const bytes = Buffer.from(`data: ${data}\n\n`)
  for (const socket of sockets) socket.write(bytes)
}
