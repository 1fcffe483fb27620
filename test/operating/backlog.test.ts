import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { startServer } from '../servers/standalone.js'

/** More than Node's own queue takes. */
const WAITING = 700

it('[OP36] keeps more connections waiting than Node does by itself', async () => {
  await using server = await startServer()
  const port = Number(new URL(server.baseUrl).port)
  const sockets: Socket[] = []
  // It takes no connection while it is suspended; the system queues those that it can.
  process.kill(server.pid, 'SIGSTOP')
  try {
    for (let count = 0; count < WAITING; count++) sockets.push(connect(port, '127.0.0.1'))
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  } finally {
    process.kill(server.pid, 'SIGCONT')
    for (const socket of sockets) socket.destroy()
  }
  expect(sockets).toHaveLength(WAITING)
})
