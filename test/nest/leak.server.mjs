// The server of leak.test.ts, in its own process, so that it can run with `--expose-gc` and its
// memory contains nothing of the test. Reports its resources on request.
import 'reflect-metadata'
import { setImmediate as immediate, setTimeout as wait } from 'node:timers/promises'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Rooms, WhereaboutsModule } from '@whereabouts/nestjs'

const settings = { heartbeatMs: 100, leaseMs: 300, secret: 'the secret of these tests' }
const root = WhereaboutsModule.forRoot({ ...settings, operations: true })
const adapter = process.argv[2] === 'fastify' ? [new FastifyAdapter()] : []
const app = await NestFactory.create(root, ...adapter, { logger: ['fatal'] })
const rooms = app.get(Rooms)
/** @type {import('node:http').Server} */
const server = app.getHttpServer()
await app.listen(0, '127.0.0.1')

/** @param {import('node:events').EventEmitter} emitter */
function listeners(emitter) {
  const names = emitter.eventNames().filter((name) => name !== 'message')
  return names.reduce((sum, name) => sum + emitter.listenerCount(name), 0)
}

function resources() {
  /** @type {{ [kind: string]: number }} */
  const counts = {}
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/**
 * Subscribes and unsubscribes like an application's own @Sse() route, some after the subscription
 * has started and some before.
 *
 * @param {number} count
 */
async function watch(count) {
  for (let index = 0; index < count; index++) {
    const as = index % 2 === 0 ? `own-${index % 10}` : undefined
    const view = index % 3 === 0 ? 'patch' : 'list'
    const subscription = rooms.watch('leak', { as, view }).subscribe()
    if (index % 5 > 0) await immediate()
    subscription.unsubscribe()
  }
}

async function measure() {
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc?.()
    await wait(20)
  }
  return {
    heapBytes: process.memoryUsage().heapUsed,
    listeners: { server: listeners(server), process: listeners(process) },
    resources: resources(),
    connections: await new Promise((resolve) =>
      server.getConnections((_, count) => resolve(count)),
    ),
    room: await rooms.members('leak'),
  }
}

/** @param {{ readonly ask: 'measure' | 'watch', readonly count: number }} message */
async function answer({ ask, count }) {
  if (ask === 'watch') await watch(count)
  process.send?.({ measured: await measure() })
}

process.on('message', (message) => {
  // oxlint-disable-next-line typescript/no-floating-promises -- a fault ends the process, and the test
  answer(/** @type {Parameters<typeof answer>[0]} */ (message))
})
process.on('disconnect', () => {
  // oxlint-disable-next-line typescript/no-floating-promises -- the end of this ends the process
  app.close()
})
process.send?.({ measured: { port: /** @type {{ port: number }} */ (server.address()).port } })
