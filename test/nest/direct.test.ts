import {
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  type NestInterceptor,
  Param,
} from '@nestjs/common'
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core'
import {
  type AskedAction,
  WhereaboutsModule,
  type WhereaboutsMount,
  type WhereaboutsOptions,
} from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { call, callJson, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { PLATFORMS, startApp } from '../servers/nest.js'

const SECRET = { secret: 'the secret of these tests' }
const OPEN = { ...SECRET, auth: 'open' } as const
const DIRECT = { ...OPEN, mount: 'direct' } as const
const OPERATIONS = ['/health/live', '/health/ready', '/metrics', '/openapi.json']

@Controller()
class OwnRoutes {
  @Get('own')
  own() {
    return { own: true }
  }

  @Get('rooms/:room/location')
  sameAddress(@Param('room') room: string) {
    return { own: room }
  }
}

/** A guard and interceptor that records every path that it sees, and can refuse calls. */
class Notes implements CanActivate, NestInterceptor {
  readonly paths: string[] = []

  constructor(private readonly lets: boolean) {}

  canActivate(context: ExecutionContext): boolean {
    this.paths.push(context.switchToHttp().getRequest<{ url: string }>().url)
    return this.lets
  }

  intercept(context: ExecutionContext, next: CallHandler) {
    this.paths.push(context.switchToHttp().getRequest<{ url: string }>().url)
    return next.handle()
  }
}

const noting = (notes: Notes) => [
  { provide: APP_GUARD, useValue: notes },
  { provide: APP_INTERCEPTOR, useValue: notes },
]

describe.each(PLATFORMS)('the mount of the module on %s', (platform) => {
  it("[NE8] lets the application's guards and interceptors see every call", async () => {
    const notes = new Notes(true)
    const imports = [WhereaboutsModule.forRoot(SECRET)]
    await using server = await startApp(platform, { imports, providers: noting(notes) })
    await new TestRoom(server.baseUrl, 'seen').move(memberKey(), 1)
    expect(notes.paths).toHaveLength(2)
    for (const path of notes.paths) expect(path).toMatch(/^\/rooms\/seen\/location/)
  })

  it('[NE9] if direct, hides the calls from guards and interceptors, but not other routes', async () => {
    const notes = new Notes(false)
    const imports = [WhereaboutsModule.forRoot({ ...DIRECT, operations: true })]
    const metadata = { imports, controllers: [OwnRoutes], providers: noting(notes) }
    await using server = await startApp(platform, metadata)
    const room = new TestRoom(server.baseUrl)
    const { self } = await room.move(memberKey(), 1)
    await using stream = await room.watch()
    await stream.until('the member', ({ members }) => members.has(self))
    for (const path of OPERATIONS) {
      expect(await call(server.baseUrl + path)).toMatchObject({ status: 200 })
    }
    expect(notes.paths).toEqual([])
    expect(await call(`${server.baseUrl}/own`)).toMatchObject({ status: 403 })
    expect(notes.paths).toEqual(['/own'])
  })

  it('[NE9] if direct, asks `authenticate`', async () => {
    const callers = { authenticate: () => null, authorize: () => true }
    const imports = [WhereaboutsModule.forRoot({ ...SECRET, mount: 'direct', ...callers })]
    await using server = await startApp(platform, { imports })
    const room = new TestRoom(server.baseUrl)
    expect(await call(room.url('location'))).toMatchObject({ status: 401 })
    expect(await call(room.url('location'), { json: 1 })).toMatchObject({ status: 401 })
  })

  it('[NE9] [NE14] if direct, asks `authorize`, which is enough to start', async () => {
    const authorize = ({ action }: AskedAction) => action === 'watch'
    const imports = [WhereaboutsModule.forRoot({ ...SECRET, mount: 'direct', authorize })]
    await using server = await startApp(platform, { imports })
    const room = new TestRoom(server.baseUrl)
    expect(await call(room.url('location'))).toMatchObject({ status: 200 })
    expect(await call(room.url('location'), { json: 1 })).toMatchObject({ status: 403 })
  })

  it('[NE15] mounted in Nest, asks guards first, and no other function after a refusal', async () => {
    let asked = 0
    const counting =
      <T>(answer: T) =>
      () => {
        asked += 1
        return answer
      }
    const callers = { authenticate: counting({ id: 'ada' }), authorize: counting(false) }
    const guarded = (lets: boolean) => ({
      imports: [WhereaboutsModule.forRoot({ ...SECRET, ...callers })],
      providers: noting(new Notes(lets)),
    })
    await using closed = await startApp(platform, guarded(false))
    const refused = await call(new TestRoom(closed.baseUrl).url('location'))
    expect(refused).toMatchObject({ status: 403 })
    expect(asked).toBe(0)
    await using open = await startApp(platform, guarded(true))
    await expectRefused('forbidden', new TestRoom(open.baseUrl).url('document'))
    expect(asked).toBe(2)
  })

  const refused: readonly [string, WhereaboutsOptions & WhereaboutsMount, RegExp][] = [
    ['[NE14] without setting who may call', { mount: 'direct' }, /auth: set authenticate/],
    [
      '[NE14] without setting what callers may do',
      { mount: 'direct', authenticate: () => null },
      /auth: set authorize/,
    ],
    ['[NE11] with both settings', { ...DIRECT, authenticate: () => null }, /auth: .*authenticate/],
    ['[NE11] with both settings, mounted in Nest', { ...OPEN, authenticate: () => null }, /auth: /],
    ['[NE1] with an unknown mount', { mount: 'front' as 'nest' }, /mount: /],
  ]
  it.each(refused)('%s refuses to start', async (_what, { mount, ...options }, fault) => {
    const ways = [
      () => WhereaboutsModule.forRoot({ ...options, ...(mount && { mount }) }),
      () => WhereaboutsModule.forRootAsync({ ...(mount && { mount }), useFactory: () => options }),
    ]
    for (const way of ways) {
      const started = (async () => startApp(platform, { imports: [way()] }))()
      await expect(started).rejects.toThrow(TypeError)
      await expect(started).rejects.toThrow(fault)
    }
  })

  it('[NE1] reports missing options if a factory returns nothing', async () => {
    const useFactory = () => undefined as unknown as WhereaboutsOptions
    const imports = [WhereaboutsModule.forRootAsync({ mount: 'direct', useFactory })]
    await expect(startApp(platform, { imports })).rejects.toThrow(/invalid options\n {2}options: /)
  })

  it('[NE12] if direct, puts the calls below the global prefix and the path', async () => {
    const imports = [WhereaboutsModule.forRoot({ ...DIRECT, path: 'presence', operations: true })]
    await using server = await startApp(platform, { imports }, (app) => {
      app.setGlobalPrefix('/api')
    })
    const below = `${server.baseUrl}/api/presence`
    await new TestRoom(below).move(memberKey(), 1)
    expect(await call(`${below}/location`, { json: 1 })).toMatchObject({ status: 201 })
    for (const path of OPERATIONS) expect(await call(below + path)).toMatchObject({ status: 200 })
    for (const base of [server.baseUrl, `${server.baseUrl}/api`, `${server.baseUrl}/presence`]) {
      for (const path of ['/rooms/x/location', '/location/sse', ...OPERATIONS]) {
        expect(await call(base + path), base + path).toMatchObject({ status: 404 })
      }
    }
  })

  it("[NE12] if direct, answers a call before the application's route at the same address", async () => {
    const imports = [WhereaboutsModule.forRoot({ ...DIRECT, article: false })]
    await using server = await startApp(platform, { imports, controllers: [OwnRoutes] })
    expect(await callJson(`${server.baseUrl}/rooms/x/location`)).toMatchObject({ members: [] })
    expect(await callJson(`${server.baseUrl}/own`)).toEqual({ own: true })
    expect(await call(`${server.baseUrl}/location`, { json: [] })).toMatchObject({ status: 404 })
    expect(await call(`${server.baseUrl}/metrics`)).toMatchObject({ status: 404 })
  })
})
