// better-sse on Express: one channel per room. The library serializes an update once per session.
import { createChannel, createSession } from 'better-sse'
import express from 'express'

const rooms = new Map()
const app = express()

app.get('/rooms/:room/events', (request, response) => {
  void stream(roomOf(request.params.room), request, response)
})

app.post('/rooms/:room/location', express.json(), (request, response) => {
  roomOf(request.params.room).broadcast(request.body)
  response.send('ok')
})

app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1', backlog: 4_096 })

/** @param {string} name */
function roomOf(name) {
  const room = rooms.get(name) ?? createChannel()
  rooms.set(name, room)
  return room
}

/**
 * @param {import('better-sse').Channel} room
 * @param {import('express').Request} request
 * @param {import('express').Response} response
 */
async function stream(room, request, response) {
  room.register(await createSession(request, response))
}
