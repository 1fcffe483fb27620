// @fastify/sse: keeps the replies of each room, and serializes an update once.
import sse from '@fastify/sse'
import fastify from 'fastify'

const rooms = new Map()
const app = fastify()
// The data is text already.
await app.register(sse, { serializer: (/** @type {string} */ data) => data })

app.get('/rooms/:room/events', { sse: 'only' }, (request, reply) => {
  const room = roomOf(request.params.room)
  reply.sse.keepAlive()
  reply.sse.sendHeaders()
  // Otherwise the headers would be sent only with the first event.
  reply.raw.flushHeaders()
  room.add(reply.sse)
  reply.sse.onClose(() => room.delete(reply.sse))
})

app.post('/rooms/:room/location', (request, reply) => {
  const data = JSON.stringify(request.body)
  for (const stream of roomOf(request.params.room)) void stream.send({ data })
  reply.send('ok')
})

await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1', backlog: 4_096 })

/** @param {string} name */
function roomOf(name) {
  const room = rooms.get(name) ?? new Set()
  rooms.set(name, room)
  return room
}
