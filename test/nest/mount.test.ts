import {
  Body,
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Param,
  Post,
  type CanActivate,
} from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { Rooms, WhereaboutsModule, type WhereaboutsMount } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { call, callJson, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openStream } from 'whereabouts-conformance/stream'
import { PLATFORMS, startApp, type Platform } from '../servers/nest.js'

const MAX_MEMBERS = 3
const OPTIONS = {
  heartbeatMs: 100,
  maxMembers: MAX_MEMBERS,
  secret: 'the secret of these tests',
}
const OPERATIONS = ['/health/live', '/health/ready', '/metrics', '/openapi.json']

/** Both ways to import the module, with the same result. */
const WAYS = [
  ['forRoot', (mount: WhereaboutsMount) => WhereaboutsModule.forRoot({ ...OPTIONS, ...mount })],
  [
    'forRootAsync',
    (mount: WhereaboutsMount) =>
      WhereaboutsModule.forRootAsync({ ...mount, useFactory: async () => OPTIONS }),
  ],
] as const

async function expectRoomsBelow(baseUrl: string): Promise<void> {
  const room = new TestRoom(baseUrl)
  const key = memberKey()
  await using own = await room.join(key)
  const { self } = await room.move(key, [1])
  expect(own.self).toBe(self)
  await own.until('the move', ({ members }) => Array.isArray(members.get(self)?.location))
}

/** Returns the statuses of the answers to GET requests. */
async function statusesOf(baseUrl: string, paths: readonly string[]): Promise<number[]> {
  const answers = await Promise.all(paths.map((path) => call(baseUrl + path)))
  return answers.map(({ status }) => status)
}

describe.each(PLATFORMS)('mounting the module on %s', (platform) => {
  describe.each(WAYS)('by %s', (_way, root) => {
    it.each(['presence', '/presence/', 'deep/er'])(
      '[NE2] with a path, the calls are only below it: %s',
      async (path) => {
        const imports = [root({ path, operations: true })]
        await using server = await startApp(platform, { imports })
        const below = `${server.baseUrl}/${path.replace(/^\/|\/$/g, '')}`
        await expectRoomsBelow(below)
        expect(await statusesOf(below, OPERATIONS)).toEqual([200, 200, 200, 200])
        expect(await call(`${below}/location`, { json: 1 })).toMatchObject({ status: 201 })
        expect(await call(`${server.baseUrl}/location`, { json: [] })).toMatchObject({
          status: 404,
        })
        expect(await statusesOf(server.baseUrl, OPERATIONS)).toEqual([404, 404, 404, 404])
        const room = new TestRoom(server.baseUrl)
        expect(await call(room.url('location'))).toMatchObject({ status: 404 })
      },
    )

    it('[NE2] the global prefix comes before the path', async () => {
      const imports = [root({ path: 'presence' })]
      await using server = await startApp(platform, { imports }, (app) =>
        app.setGlobalPrefix('api'),
      )
      await expectRoomsBelow(`${server.baseUrl}/api/presence`)
      expect(await statusesOf(server.baseUrl, ['/presence/rooms/x/location'])).toEqual([404])
    })

    it('[RM19] the address for watching a full room includes the prefix and the path', async () => {
      const imports = [root({ path: 'presence' })]
      await using server = await startApp(platform, { imports }, (app) =>
        app.setGlobalPrefix('api'),
      )
      const room = new TestRoom(`${server.baseUrl}/api/presence`)
      for (let members = 0; members < MAX_MEMBERS; members++) await room.move(memberKey(), members)
      const { extensions } = await expectRefused('room-full', room.url('location'), { json: 1 })
      const watch = `/api/presence/rooms/${room.name}/events?watch=1`
      expect(extensions).toEqual({ watch })
      await using watcher = await openStream(server.baseUrl + watch)
      await watcher.next('snapshot')
    })

    it('[NE3] with `article: false`, those addresses belong to the application', async () => {
      const imports = [root({ article: false })]
      await using server = await startApp(platform, { imports, controllers: [OwnPlaces] })
      const json = { place: 'Berlin' }
      expect(await callJson(`${server.baseUrl}/location`, { json }, 201)).toEqual({ own: 'post' })
      expect(await callJson(`${server.baseUrl}/location/sse`)).toEqual({ own: 'sse' })
      await expectRoomsBelow(server.baseUrl)
    })

    it("[NE3] the article's calls are on by default", async () => {
      await using server = await startApp(platform, { imports: [root({})] })
      expect(await call(`${server.baseUrl}/location`, { json: 1 })).toMatchObject({ status: 201 })
      await using list = await openStream(`${server.baseUrl}/location/sse`)
      expect(await list.next()).toMatchObject({ data: [1] })
    })

    it('[HT36] the call for several rooms is served only if the options say who may call', async () => {
      const json = { subscriptions: [{ key: 'a', room: 'x' }] }
      await using closed = await startApp(platform, { imports: [root({})] })
      expect(await call(`${closed.baseUrl}/streams`, { json })).toMatchObject({ status: 404 })
      const open = WhereaboutsModule.forRoot({ ...OPTIONS, auth: 'open' })
      await using served = await startApp(platform, { imports: [open] })
      await using stream = await openStream(`${served.baseUrl}/streams`, { json })
      await stream.room('a').next('snapshot')
    })

    it('[HT36] with `streams: false`, its address belongs to the application', async () => {
      const imports = [root({ streams: false })]
      await using server = await startApp(platform, { imports, controllers: [OwnStreams] })
      const url = `${server.baseUrl}/streams`
      expect(await callJson(url, { json: { title: 'x' } }, 201)).toEqual({ own: { title: 'x' } })
    })

    it('[NE4] the operator’s calls are off by default', async () => {
      await using server = await startApp(platform, { imports: [root({})] })
      expect(await statusesOf(server.baseUrl, OPERATIONS)).toEqual([404, 404, 404, 404])
      await using asked = await startApp(platform, { imports: [root({ operations: true })] })
      expect(await statusesOf(asked.baseUrl, OPERATIONS)).toEqual([200, 200, 200, 200])
    })

    it('[NE4] without them, those addresses belong to the application', async () => {
      const imports = [root({}), OwnHealthModule]
      await using server = await startApp(platform, { imports })
      expect(await callJson(`${server.baseUrl}/health/live`)).toEqual({ own: 'health' })
      expect((await call(`${server.baseUrl}/metrics`)).text).toBe('own 1')
    })

    it('[NE5] every module can inject Rooms if the module is global', async () => {
      const imports = [root({ isGlobal: true }), FeatureModule]
      await using server = await startApp(platform, { imports })
      await new TestRoom(server.baseUrl, 'budget').move('k', 1)
      expect(await callJson(`${server.baseUrl}/people/budget`)).toBe(1)
    })

    it('[NE5] only modules that import it can inject Rooms if it isn’t global', async () => {
      const started = startApp(platform, { imports: [root({}), FeatureModule] })
      await expect(started).rejects.toThrow(/Rooms/)
    })

    it('[NE5] a module can re-export it', async () => {
      @Module({ imports: [root({})], exports: [WhereaboutsModule] })
      class PassingModule {}
      @Module({ imports: [PassingModule], controllers: [PeopleController] })
      class PeopleModule {}
      await using server = await startApp(platform, { imports: [PeopleModule] })
      expect(await callJson(`${server.baseUrl}/people/budget`)).toBe(0)
    })
  })

  twice(platform)
})

describe('the operator’s calls in an application with its own routes', () => {
  it('[NE4] come after the application’s own routes on Express, whatever the order of imports', async () => {
    for (const imports of [
      [WhereaboutsModule.forRoot({ ...OPTIONS, operations: true }), OwnHealthModule],
      [OwnHealthModule, WhereaboutsModule.forRoot({ ...OPTIONS, operations: true })],
    ]) {
      await using server = await startApp('express', { imports })
      expect(await callJson(`${server.baseUrl}/health/live`)).toEqual({ own: 'health' })
      expect((await call(`${server.baseUrl}/metrics`)).text).toBe('own 1')
      expect(await callJson(`${server.baseUrl}/health/ready`)).toEqual({ status: 'ok' })
      await expectRoomsBelow(server.baseUrl)
    }
  })

  it.each(PLATFORMS)('[NE4] are guarded on %s', async (platform) => {
    await using server = await startApp(platform, {
      imports: [WhereaboutsModule.forRoot({ ...OPTIONS, operations: true })],
      providers: [{ provide: APP_GUARD, useClass: NobodyGuard }],
    })
    expect(await statusesOf(server.baseUrl, OPERATIONS)).toEqual([403, 403, 403, 403])
  })

  it("[NE4] describe the article's calls only if they are on", async () => {
    const pathsWith = async (article: boolean) => {
      const imports = [WhereaboutsModule.forRoot({ ...OPTIONS, operations: true, article })]
      await using server = await startApp('fastify', { imports })
      const { paths } = (await callJson(`${server.baseUrl}/openapi.json`)) as { paths: object }
      return Object.keys(paths)
    }
    const [all, fewer] = [await pathsWith(true), await pathsWith(false)]
    expect(all.filter((path) => !fewer.includes(path))).toEqual(['/location', '/location/sse'])
    expect(fewer).toContain('/rooms/{room}/location')
  })
})

function twice(platform: Platform): void {
  it('[NE6] two sets of options are a TypeError at start that says how to fix it', async () => {
    @Module({ imports: [WhereaboutsModule.forRoot({ ...OPTIONS, path: 'b', leaseMs: 5_000 })] })
    class OtherModule {}
    for (const [, root] of WAYS) {
      const started = startApp(platform, { imports: [root({ path: 'a' }), OtherModule] })
      await expect(started).rejects.toThrow(TypeError)
      await expect(started).rejects.toThrow(/2 times.*isGlobal/s)
    }
  })

  it('[NE6] several modules can import the same instance', async () => {
    const root = WhereaboutsModule.forRoot(OPTIONS)
    @Module({ imports: [root], controllers: [PeopleController] })
    class PeopleModule {}
    await using server = await startApp(platform, { imports: [root, PeopleModule] })
    await new TestRoom(server.baseUrl, 'budget').move('k', 1)
    expect(await callJson(`${server.baseUrl}/people/budget`)).toBe(1)
  })

  it('[NE6] two applications in one process have separate instances', async () => {
    const imports = () => [WhereaboutsModule.forRoot(OPTIONS)]
    await using one = await startApp(platform, { imports: imports() })
    await using two = await startApp(platform, { imports: imports() })
    await new TestRoom(one.baseUrl, 'budget').move('k', 1)
    expect((await new TestRoom(two.baseUrl, 'budget').read()).members).toEqual([])
  })
}

@Controller('location')
class OwnPlaces {
  @Post()
  post(): object {
    return { own: 'post' }
  }

  @Get('sse')
  sse(): object {
    return { own: 'sse' }
  }
}

@Controller('streams')
class OwnStreams {
  @Post()
  post(@Body() body: object): object {
    return { own: body }
  }
}

@Controller()
class OwnHealthController {
  @Get('health/live')
  live(): object {
    return { own: 'health' }
  }

  @Get('metrics')
  metrics(): string {
    return 'own 1'
  }
}

@Module({ controllers: [OwnHealthController] })
class OwnHealthModule {}

@Controller('people')
class PeopleController {
  constructor(@Inject(Rooms) private readonly rooms: Rooms) {}

  @Get(':room')
  async count(@Param('room') room: string): Promise<number> {
    return (await this.rooms.members(room)).members.length
  }
}

@Module({ controllers: [PeopleController] })
class FeatureModule {}

@Injectable()
class NobodyGuard implements CanActivate {
  canActivate(): boolean {
    return false
  }
}
