import type { ServerResponse } from 'node:http'
import type { INestApplication } from '@nestjs/common'
import type { Json } from '@whereabouts/protocol'
import { Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import { lastValueFrom, tap } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { end } from 'whereabouts-conformance/stream'
import { type Platform, PLATFORMS, type RunningApp, startApp } from '../servers/nest.js'
import { RoomServer } from '../servers/room-server.mjs'

type Middleware = (request: object, response: ServerResponse, next: () => void) => void

async function start(platform: Platform, configure: (app: INestApplication) => void = () => {}) {
  const options = {
    heartbeatMs: 100,
    leaseMs: 1_000,
    secret: 'x'.repeat(32),
    operations: true,
  }
  const server = await startApp(
    platform,
    { imports: [WhereaboutsModule.forRoot(options)] },
    configure,
  )
  const count = async (name: string) => {
    const { text } = await call(`${server.baseUrl}/metrics`)
    return new RegExp(`^whereabouts_${name}_total (\\d+)$`, 'm').exec(text)?.[1]
  }
  return { server, rooms: server.app.get(Rooms), count }
}

/** A location that can't be serialized. `Rooms` and the HTTP calls refuse such locations. */
const POISON = {
  toJSON() {
    throw new Error('planted')
  },
} as unknown as Json

/** An application whose responses can be made to throw on a write. */
async function startFragile(platform: Platform) {
  const responses: ServerResponse[] = []
  const middleware: Middleware = (_, response, next) => {
    // An own property, so that a test can replace it.
    response.write = response.write.bind(response)
    responses.push(response)
    next()
  }
  const started = await start(platform, (app) => void app.use(middleware))
  const spoil = () => {
    responses.at(-1)!.write = () => {
      throw new Error('planted')
    }
  }
  return { ...started, spoil }
}

const newRoom = ({ baseUrl }: RunningApp) => new TestRoom(baseUrl)

describe.each(PLATFORMS)('on %s', (platform) => {
  it('[RM13 RM14 RM15 RM17 ST11] a value that can’t be serialized ends the readers of its room and no others', async () => {
    const { server, rooms, count } = await start(platform)
    await using _server = server
    const [bad, good] = [newRoom(server), newRoom(server)]
    const [ann, ben] = [memberKey(), memberKey()]
    await using stream = await bad.join(ann)
    await using list = await bad.list()
    await using bystander = await good.join(ben)
    const subscribed = lastValueFrom(rooms.watch(bad.name, { view: 'patch' }))
    const refused = expect(subscribed).rejects.toMatchObject({ problem: 'internal' })
    await stream.until('both who watch', ({ watching }) => watching === 2)
    const polled = bad.poll((await bad.read()).id, 10_000)
    // Waits until the poll is connected too.
    await vi.waitFor(async () => expect(await connections(server)).toBe(5))
    await server.app.get(RoomServer).move(bad.name, { key: checked(ann), user: {} }, POISON, 2)
    const { data } = await stream.next('problem')
    expect(data).toMatchObject({ type: 'urn:whereabouts:problem:internal', status: 500 })
    await Promise.all([end(stream), end(list), refused])
    expect(await polled).toMatchObject({ status: 500 })
    expect(await count('room_failures')).toBe('1')
    await good.move(ben, 'B2')
    await bystander.until('B2', ({ members }) => [...members.values()][0]?.location === 'B2')
    await using again = await bad.join(ann, { lastEventId: stream.position! })
    expect(again.arrived.map(({ name }) => name)).toContain('resync')
    await bad.move(ann, 'A3')
    await again.until('A3', ({ members }) => [...members.values()][0]?.location === 'A3')
  })

  it('[RM16 RM17] a response that throws ends only its own stream', async () => {
    const { server, count, spoil } = await startFragile(platform)
    await using _server = server
    const room = newRoom(server)
    const [ann, ben] = [memberKey(), memberKey()]
    await using stream = await room.join(ann)
    await using spoilt = await room.join(ben)
    spoil()
    await room.move(ann, 'A1')
    await end(spoilt)
    await stream.until('A1', ({ members }) => members.get(stream.self)?.location === 'A1')
    // The stream's resources are released, and its member leaves as usual.
    await stream.until('Ben gone', ({ members }) => members.size === 1)
    expect(await count('reader_failures')).toBe('1')
    expect(await count('room_failures')).toBe('0')
  })

  it('[RM16 ST7] a heartbeat that throws doesn’t stop the others’ heartbeats', async () => {
    const { server, spoil } = await startFragile(platform)
    await using _server = server
    await using stream = await newRoom(server).join(memberKey())
    await using spoilt = await newRoom(server).join(memberKey())
    spoil()
    await end(spoilt)
    const beats = () => stream.arrived.filter(({ name }) => name === 'ping').length
    const before = beats()
    await stream.quiet(3)
    expect(beats()).toBeGreaterThanOrEqual(before + 3)
  })

  it('[FR6] a stream whose first write throws holds no resources', async () => {
    const spoilt: Middleware = (_, response, next) => {
      response.write = () => {
        throw new Error('planted')
      }
      next()
    }
    const { server, count } = await start(platform, (app) => void app.use('/rooms', spoilt))
    await using _server = server
    const room = newRoom(server)
    await expect(room.join(memberKey())).rejects.toThrow()
    expect(await connections(server)).toBe(0)
    expect(await count('room_failures')).toBe('0')
  })

  it('[RM16] a subscriber that throws ends only itself', async () => {
    const { server, rooms } = await start(platform)
    await using _server = server
    const room = newRoom(server)
    await using stream = await room.join(memberKey())
    const spoil = tap(() => {
      throw new Error('planted')
    })
    await expect(lastValueFrom(rooms.watch(room.name).pipe(spoil))).rejects.toThrow('planted')
    const ann = memberKey()
    await room.move(ann, 'A1')
    await stream.until('Ann', ({ members }) => members.size === 2)
  })
})

async function connections({ baseUrl }: RunningApp): Promise<number> {
  const { text } = await call(`${baseUrl}/metrics`)
  return Number(/^whereabouts_connections (\d+)$/m.exec(text)?.[1])
}

/** Marks a key as checked, as the HTTP layer would do. */
function checked(key: string): Parameters<RoomServer['move']>[1]['key'] {
  return key as ReturnType<typeof checked>
}
