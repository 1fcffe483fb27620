import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Rooms, WhereaboutsModule, type WhereaboutsOptions } from '@whereabouts/nestjs'
import type { Problem } from '@whereabouts/protocol'
import type { Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { callJson, open } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { openSocket } from 'whereabouts-conformance/socket'
import { PLATFORMS, startApp, type Platform, type RunningApp } from '../servers/nest.js'

const BOUND = 5
const CALLERS = 50

/** Holds all callers until it opens, and then releases them in one turn of the event loop. */
class Gate {
  waiting = 0
  #open!: () => void
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve
  })

  async pass(): Promise<{ readonly id: string }> {
    this.waiting += 1
    await this.#opened
    return { id: 'ada' }
  }

  /** Opens as soon as this many callers are waiting. */
  async openFor(many: number): Promise<void> {
    await expect.poll(() => this.waiting).toBe(many)
    this.#open()
  }
}

function start(
  platform: Platform,
  options: WhereaboutsOptions,
  configure?: (app: RunningApp['app']) => void,
): Promise<RunningApp> {
  const settings = { heartbeatMs: 100, secret: 'the secret of these tests', ...options }
  return startApp(platform, { imports: [WhereaboutsModule.forRoot(settings)] }, configure)
}

/** Counts the server's open sockets. */
const sockets = ({ app }: RunningApp) =>
  new Promise((resolve) => app.getHttpServer().getConnections((_, count) => resolve(count)))

const connections = async ({ app }: RunningApp) => (await app.get(Rooms).count()).connections

describe.each(PLATFORMS)('simultaneous callers on %s', (platform) => {
  it.each([
    ['streams', { path: 'events', parameters: {}, options: {} }],
    ['viewers', { path: 'events', parameters: { watch: 1 }, options: {} }],
    ['streams as the answer to a POST', { path: 'events', parameters: {}, options: { json: {} } }],
  ])('[FR10] of 50 %s no more are admitted than the limit allows', async (_what, asked) => {
    const gate = new Gate()
    const authenticate = () => gate.pass()
    await using server = await start(platform, { maxConnections: BOUND, authenticate })
    const url = new TestRoom(server.baseUrl).url(asked.path, asked.parameters)
    const opening = Array.from({ length: CALLERS }, () => open(url, asked.options))
    await gate.openFor(CALLERS)
    const answers = await Promise.all(opening)
    const statuses = answers.map(({ statusCode }) => statusCode)
    expect(statuses.filter((status) => status === 200)).toHaveLength(BOUND)
    expect(statuses.filter((status) => status === 503)).toHaveLength(CALLERS - BOUND)
    expect(await connections(server)).toBe(BOUND)
    for (const answer of answers) answer.destroy()
    await expect.poll(() => connections(server)).toBe(0)
  })

  it('[FR10] of 50 long-polls no more wait than the limit allows', async () => {
    const gate = new Gate()
    await using server = await start(platform, {
      maxConnections: BOUND,
      authenticate: () => gate.pass(),
    })
    const rooms = server.app.get(Rooms)
    const { id: since } = await rooms.move('r', 'k', 1)
    const url = new TestRoom(server.baseUrl, 'r').url('location', { since, waitMs: 30_000 })
    const refused: IncomingMessage[] = []
    const polls = Array.from({ length: CALLERS }, async () => {
      const answer = await open(url)
      if (answer.statusCode === 503) refused.push(answer)
      return answer
    })
    await gate.openFor(CALLERS)
    await expect.poll(() => refused.length).toBe(CALLERS - BOUND)
    expect(await connections(server)).toBe(BOUND)
    await rooms.move('r', 'k', 2)
    const statuses = (await Promise.all(polls)).map(({ statusCode }) => statusCode)
    expect(statuses.filter((status) => status === 200)).toHaveLength(BOUND)
    await expect.poll(() => connections(server)).toBe(0)
  })

  it('[FR10] a reader that disconnects during authentication no longer counts', async () => {
    const gate = new Gate()
    await using server = await start(platform, {
      maxConnections: 1,
      authenticate: () => gate.pass(),
    })
    const rooms = server.app.get(Rooms)
    const { id } = await rooms.move('r', 'k', 1, { id: 'ada' })
    const paths = ['events?member=gone', `location?waitMs=30000&since=${id}`]
    for (const [index, path] of paths.entries()) {
      await using socket = await openSocket(server.baseUrl)
      socket.write(`GET /rooms/r/${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await expect.poll(() => gate.waiting).toBe(index + 1)
    }
    await expect.poll(() => sockets(server)).toBe(0)
    await gate.openFor(paths.length)
    await expect.poll(() => connections(server)).toBe(0)
    const room = new TestRoom(server.baseUrl, 'r')
    await using _stream = await room.join('k')
    expect((await rooms.members('r')).members).toHaveLength(1)
  })

  it('[FR6] [FR10] a request that the application answered during authentication holds no resources', async () => {
    const answered: Promise<unknown>[] = []
    const responses = new Map<string, ServerResponse>()
    const authenticate = async ({ url = '' }: IncomingMessage) => {
      const response = responses.get(url)
      if (response === undefined) return { id: 'ada' }
      await Promise.resolve()
      answered.push(once(response, 'close'))
      response.writeHead(408).end('too late')
      return { id: 'ada' }
    }
    await using server = await start(platform, { maxConnections: 1, authenticate }, (app) =>
      app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
        if (request.url?.includes('late') === true) responses.set(request.url, response)
        next()
      }),
    )
    const room = new TestRoom(server.baseUrl)
    for (let count = 0; count < 3; count++) {
      const answer = await open(room.url('events', { member: `late-${count}` }))
      expect(answer.statusCode).toBe(408)
      answer.destroy()
    }
    await Promise.all(answered)
    await expect.poll(() => connections(server)).toBe(0)
    const read = await callJson(room.url('location'))
    const online = (read as { members?: readonly { status: string }[] }).members?.filter(
      ({ status }) => status === 'online',
    )
    expect(online).toEqual([])
    await using _stream = await room.join('k')
  })
})

/** Resolves with `event` or the name of a problem, whichever arrives first. */
function firstOf(events: Observable<unknown>): { first: Promise<string>; end: () => void } {
  const held: { end?: () => void } = {}
  const first = new Promise<string>((resolve) => {
    const subscription = events.subscribe({
      next: () => resolve('event'),
      error: ({ problem }: Problem) => resolve(problem),
    })
    held.end = () => subscription.unsubscribe()
  })
  return { first, end: () => held.end?.() }
}

describe('simultaneous subscribers', () => {
  it('[FR10] of 50 no more are admitted than the limit allows, and all places are released', async () => {
    await using server = await start('express', { maxConnections: BOUND })
    const rooms = server.app.get(Rooms)
    for (let round = 0; round < 2; round++) {
      const all = Array.from({ length: CALLERS }, () => firstOf(rooms.watch('r')))
      const firsts = await Promise.all(all.map(({ first }) => first))
      expect(firsts.filter((first) => first === 'event')).toHaveLength(BOUND)
      expect(firsts.filter((first) => first === 'too-many-connections')).toHaveLength(
        CALLERS - BOUND,
      )
      for (const { end } of all) end()
      await expect.poll(() => connections(server)).toBe(0)
    }
  })

  it('[FR10] one that is refused or ends immediately no longer counts', async () => {
    await using server = await start('express', { maxConnections: 1, maxMembers: 1, maxRooms: 1 })
    const rooms = server.app.get(Rooms)
    await rooms.move('r', 'k', 1)
    for (let count = 0; count < 3; count++) {
      expect(await firstOf(rooms.watch('r', { as: 'other' })).first).toBe('room-full')
      expect(await firstOf(rooms.watch('another')).first).toBe('too-many-rooms')
      rooms.watch('r').subscribe().unsubscribe()
      await expect.poll(() => connections(server)).toBe(0)
    }
    expect(await firstOf(rooms.watch('r')).first).toBe('event')
    expect(await rooms.members('r')).toMatchObject({ watching: 1, members: [{ status: 'online' }] })
  })
})
