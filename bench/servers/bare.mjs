// The upper limit of Node: no framework, no checks, no presence. Every update becomes one Buffer,
// which is written unchanged to the socket of each stream of the room.
//
// With FRAME_MS, the updates of that time are sent as one event, to show the effect of merging.
// WAY selects another way to write.
import { createServer } from 'node:http'
import { WAYS } from './ways.mjs'

const way = wayCalled(process.env['WAY'] ?? 'raw-buffer')
const frameMs = Number(process.env['FRAME_MS'] ?? 0)

/** @typedef {{ sinks: Set<import('./ways.mjs').Sink>, waiting: string[] }} Room */

/** @type {Map<string, Room>} */
const rooms = new Map()

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const [, , name = '', call] = (request.url ?? '').split('/')
  if (call === 'events') return stream(roomOf(name), response)
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
function wayCalled(name) {
  const found = WAYS[name]
  if (found === undefined) throw new Error(`WAY must be one of ${Object.keys(WAYS).join(', ')}`)
  return found
}

/** @param {string} name */
function roomOf(name) {
  const room = rooms.get(name) ?? { sinks: new Set(), waiting: [] }
  rooms.set(name, room)
  return room
}

/**
 * @param {Room} room
 * @param {import('node:http').ServerResponse} response
 */
function stream({ sinks }, response) {
  const sink = way.open(response)
  sinks.add(sink)
  response.socket?.once('close', () => sinks.delete(sink))
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
function write({ sinks }, data) {
  way.write(sinks, `data: ${data}\n\n`)
}
