import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { Controller, Inject, type MessageEvent, Sse } from '@nestjs/common'
import { Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import { EventSource } from 'eventsource'
import { interval, map, merge, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { END_MS } from 'whereabouts-conformance/deadline'
import { call } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openSocket } from 'whereabouts-conformance/socket'
import { end, openStream } from 'whereabouts-conformance/stream'
import { PLATFORMS, startApp } from '../servers/nest.js'

/** Streams of the application itself. */
@Controller('own')
class OwnStreams {
  constructor(@Inject(Rooms) private readonly rooms: Rooms) {}

  @Sse('list')
  list(): Observable<MessageEvent> {
    return this.rooms.watch('own', { as: 'ada' })
  }

  @Sse('patch')
  patch(): Observable<MessageEvent> {
    return this.rooms.watch('own', { view: 'patch' })
  }

  @Sse('mapped')
  mapped(): Observable<MessageEvent> {
    const own = interval(100).pipe(map(() => ({ type: 'own', data: 'x' })))
    return merge(this.rooms.watch('own', { view: 'patch' }), own)
  }
}

describe.each(PLATFORMS)('app.close() on %s', (platform) => {
  const start = () =>
    startApp(platform, {
      imports: [WhereaboutsModule.forRoot({ secret: 'the secret of these tests' })],
    })

  it('[FR7] ends without waiting while 20 streams are open', async () => {
    await using server = await start()
    const room = new TestRoom(server.baseUrl)
    const streams = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 4 === 0 ? room.list() : room.join(memberKey()),
      ),
    )
    const before = performance.now()
    await server.app.close()
    expect(performance.now() - before).toBeLessThan(END_MS)
    await Promise.all(streams.map((stream) => end(stream)))
    const named = streams.filter((_, index) => index % 4 !== 0)
    for (const { arrived } of named) expect(arrived.at(-1)?.name).toBe('goodbye')
  })

  it.each(['plain', 'with a keep-alive connection', 'with a browser'])(
    "[FR7] ends within two seconds with streams of the application's own: %s",
    async (how) => {
      await using server = await startApp(platform, {
        imports: [WhereaboutsModule.forRoot({ secret: 'the secret of these tests' })],
        controllers: [OwnStreams],
      })
      const agent = new Agent({ keepAlive: true })
      const sources = ['list', 'patch'].map((view) => {
        const url = `${server.baseUrl}/own/${view}`
        return how === 'with a browser'
          ? new EventSource(url)
          : request(url, how === 'plain' ? {} : { agent }).end()
      })
      await Promise.all(
        sources.map(async (source) => {
          if (source instanceof EventSource) {
            return new Promise((resolve) => source.addEventListener('open', resolve))
          }
          const [response] = (await once(source, 'response')) as [IncomingMessage]
          response.resume()
          return once(response, 'data')
        }),
      )
      try {
        const before = performance.now()
        await server.app.close()
        expect(performance.now() - before).toBeLessThan(2_000)
      } finally {
        agent.destroy()
        for (const source of sources) if (source instanceof EventSource) source.close()
      }
    },
  )

  it('[FR7] ends while a browser keeps reconnecting', async () => {
    await using server = await start()
    const source = new EventSource(`${server.baseUrl}/location/sse`)
    try {
      await new Promise((resolve) => source.addEventListener('message', resolve, { once: true }))
      const before = performance.now()
      await server.app.close()
      expect(performance.now() - before).toBeLessThan(END_MS)
    } finally {
      source.close()
    }
  })

  it('[FR7] ends while a connection without any request is open', async () => {
    await using server = await start()
    await using spare = await openSocket(server.baseUrl)
    await using stream = await new TestRoom(server.baseUrl).join(memberKey())
    const before = performance.now()
    await server.app.close()
    expect(performance.now() - before).toBeLessThan(END_MS)
    await end(stream)
    spare.read()
    await spare.closed
  })

  it('[FR7] ends while a client keeps retrying on a keep-alive connection', async () => {
    await using server = await start()
    const room = new TestRoom(server.baseUrl)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const over = new AbortController()
    const ask = async () => {
      while (!over.signal.aborted) await post(room.url('location'), agent)
    }
    const asked = ask()
    await using stream = await room.join(memberKey())
    const before = performance.now()
    await server.app.close()
    expect(performance.now() - before).toBeLessThan(END_MS)
    over.abort()
    await asked
    agent.destroy()
    await end(stream)
  })

  it('[FR7] can be closed twice, or before the first request', async () => {
    await using server = await start()
    await server.app.close()
    await expect(server.app.close()).resolves.toBeUndefined()
  })

  it('[FR6] leaves no timer behind when it is closed', async () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    for (let round = 0; round < 3; round++) {
      await using server = await start()
      const room = new TestRoom(server.baseUrl)
      await using stream = await room.join(memberKey())
      await room.move(memberKey(), 1)
      await call(room.url('leave', { member: memberKey(), soon: 1 }), { method: 'POST' })
      const waiting = openStream(room.url('events'))
      await server.app.close()
      await end(stream)
      await waiting.then((late) => late.close()).catch(() => undefined)
    }
    expect(timers()).toBeLessThanOrEqual(before + 1)
  })
})

/** Posts a location on the agent's connection; resolves even if the server is gone. */
function post(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' }
    const asked = request(url, { agent, method: 'POST', headers }, (answer) => {
      answer.resume().once('close', resolve)
    })
    asked.once('error', () => resolve())
    asked.end('1')
  })
}
