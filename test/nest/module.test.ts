import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  Module,
  Param,
  Post,
  type ArgumentMetadata,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common'
import { APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core'
import type { Json } from '@whereabouts/protocol'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import compression from 'compression'
import { map, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { AT_ONCE_MS } from 'whereabouts-conformance/deadline'
import { call, callJson, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { openStream } from 'whereabouts-conformance/stream'
import { PLATFORMS, startApp, type Platform } from '../servers/nest.js'

const whereabouts = () =>
  WhereaboutsModule.forRoot({
    heartbeatMs: 100,
    secret: 'the secret of these tests',
    operations: true,
  })

/** Checks that rooms work, whatever way the module is mounted. */
async function expectRoomsToWork(baseUrl: string, headers = {}): Promise<void> {
  const room = new TestRoom(baseUrl)
  const key = memberKey()
  await using own = await room.stream({ member: key }, { headers })
  const url = room.url('location', { member: key })
  expect(await callJson(url, { headers, json: [1] })).toMatchObject({ self: own.self })
  await own.until('the move', ({ members }) => Array.isArray(members.get(own.self)?.location))
  const read = await callJson(room.url('location'), { headers })
  expect(read).toMatchObject({ members: [{ id: own.self }], watching: 0 })
}

describe.each(PLATFORMS)('the module in an application on %s', (platform) => {
  it('[HT1] [HT3] works with NestFactory.create(AppModule) and no other setup', async () => {
    await using server = await startApp(platform, { imports: [WhereaboutsModule.forRoot()] })
    await expectRoomsToWork(server.baseUrl)
  })

  it('[HT1] [HT3] works with options from another module', async () => {
    const CONFIG = Symbol('configuration')
    @Module({})
    class ConfigModule {}
    const configuration = {
      module: ConfigModule,
      providers: [{ provide: CONFIG, useValue: { heartbeatMs: 75 } }],
      exports: [CONFIG],
    }
    await using server = await startApp(platform, {
      imports: [
        WhereaboutsModule.forRootAsync({
          imports: [configuration],
          inject: [CONFIG],
          useFactory: async (config: { readonly heartbeatMs: number }) =>
            await Promise.resolve({ heartbeatMs: config.heartbeatMs }),
        }),
      ],
    })
    await expectRoomsToWork(server.baseUrl)
    await using stream = await new TestRoom(server.baseUrl).watch()
    expect(stream.hello.heartbeatMs).toBe(75)
  })

  it('[ST1] [HT1] works below a global prefix', async () => {
    await using server = await startApp(platform, { imports: [whereabouts()] }, (app) =>
      app.setGlobalPrefix('api'),
    )
    await expectRoomsToWork(`${server.baseUrl}/api`)
    await expectRefused('method-not-allowed', `${server.baseUrl}/api/rooms/x/leave`)
    expect(await call(`${server.baseUrl}/rooms/x/location`)).toMatchObject({ status: 404 })
  })

  it('[HT1] [HT3] sends CORS headers on streams, posts and problems', async () => {
    const origin = 'https://office.example'
    await using server = await startApp(platform, { imports: [whereabouts()] }, (app) =>
      app.enableCors({ origin, credentials: true }),
    )
    const room = new TestRoom(server.baseUrl)
    const headers = { origin }
    await using stream = await room.stream({}, { headers })
    const answers = [
      stream,
      await call(room.url('location'), { headers, json: 1 }),
      await call(room.url('location'), { headers, body: '{' }),
      await call(room.url('leave', { member: 'x' }), { headers, method: 'POST' }),
      await call(`${server.baseUrl}/location`, { headers, json: 1 }),
    ]
    for (const { headers: its } of answers) {
      expect(its['access-control-allow-origin']).toBe(origin)
      expect(its['access-control-allow-credentials']).toBe('true')
    }
    const preflight = await call(room.url('location'), {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    expect(preflight).toMatchObject({ status: 204 })
  })

  besideOwnRoutes(platform)
  amongGlobals(platform)
})

@Controller()
class OwnController {
  @Get('rooms/:id')
  room(@Param('id') id: string): object {
    return { own: id }
  }

  @Get('rooms/:id/chairs')
  chairs(@Param('id') id: string): object {
    return { chairs: id }
  }

  @Post('location-history')
  history(@Body() body: readonly Json[]): object {
    return { length: body.length }
  }

  @Post('forms')
  form(@Body() body: { readonly [field: string]: string }): object {
    return body
  }

  @Get('fails')
  fails(): never {
    throw new ForbiddenException('not you')
  }
}

function besideOwnRoutes(platform: Platform): void {
  const start = () => startApp(platform, { imports: [whereabouts()], controllers: [OwnController] })

  it("[HT7] doesn't affect the application's routes, even below /rooms", async () => {
    await using server = await start()
    expect(await callJson(`${server.baseUrl}/rooms/7`)).toEqual({ own: '7' })
    expect(await callJson(`${server.baseUrl}/rooms/7/chairs`)).toEqual({ chairs: '7' })
    await expectRoomsToWork(server.baseUrl)
    expect(await call(`${server.baseUrl}/rooms/7/tables`)).toMatchObject({ status: 404 })
  })

  it("[ER3] doesn't limit the application's bodies, which may be larger than a location", async () => {
    await using server = await start()
    const json = Array.from({ length: 9_000 }, (_, index) => index)
    const url = `${server.baseUrl}/location-history`
    expect(await callJson(url, { json }, 201)).toEqual({ length: 9_000 })
    await expectRefused('too-large', `${server.baseUrl}/location`, { json })
  })

  it("[ER1] doesn't change the application's errors", async () => {
    await using server = await start()
    const fails = await call(`${server.baseUrl}/fails`)
    expect(fails).toMatchObject({ status: 403 })
    expect(JSON.parse(fails.text)).toMatchObject({ message: 'not you', statusCode: 403 })
    for (const path of ['/nothing', '/rooms/x/nothing', '/roomsx']) {
      const answer = await call(`${server.baseUrl}${path}`)
      expect(answer).toMatchObject({ status: 404 })
      expect(answer.text).not.toContain('urn:whereabouts')
    }
    const headers = { 'content-type': 'application/json' }
    const broken = await call(`${server.baseUrl}/location-history`, { headers, body: '{' })
    expect(broken).toMatchObject({ status: 400 })
    expect(broken.text).not.toContain('urn:whereabouts')
  })
}

class Guard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: { 'x-pass'?: string } }>()
    return headers['x-pass'] === 'yes'
  }
}

class Wrap implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })))
  }
}

/** Like a validation pipe: accepts only objects, and copies them. */
class Strict implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    if (type !== 'body' && type !== 'query') return value
    if (typeof value !== 'object' || value === null) throw new ForbiddenException('objects only')
    return { whitelisted: true }
  }
}

function amongGlobals(platform: Platform): void {
  it('[ID5] a global guard applies to these calls too', async () => {
    await using server = await startApp(platform, {
      imports: [whereabouts()],
      providers: [{ provide: APP_GUARD, useClass: Guard }],
    })
    const room = new TestRoom(server.baseUrl)
    for (const answer of [
      await call(room.url('events')),
      await call(room.url('events'), { json: {} }),
      await call(room.url('location')),
      await call(room.url('location'), { json: 1 }),
      await call(room.url('leave'), { method: 'POST' }),
      await call(`${server.baseUrl}/location`, { json: 1 }),
      await call(`${server.baseUrl}/location/sse`),
    ]) {
      expect(answer).toMatchObject({ status: 403 })
    }
    const pass = { 'x-pass': 'yes' }
    expect(await callJson(room.url('location'), { headers: pass })).toMatchObject({ members: [] })
    await expectRoomsToWork(server.baseUrl, pass)
  })

  it('[HT3] a global interceptor that wraps answers doesn’t wrap these', async () => {
    await using server = await startApp(platform, {
      imports: [whereabouts()],
      controllers: [OwnController],
      providers: [{ provide: APP_INTERCEPTOR, useClass: Wrap }],
    })
    expect(await callJson(`${server.baseUrl}/rooms/7`)).toEqual({ data: { own: '7' } })
    await expectRoomsToWork(server.baseUrl)
    const posted = await call(`${server.baseUrl}/location`, { json: { x: 2 } })
    expect(posted).toMatchObject({ status: 201, text: 'ok' })
    await expectRefused('bad-parameter', new TestRoom(server.baseUrl).url('events', { view: 'x' }))
    const metrics = await call(`${server.baseUrl}/metrics`)
    expect(metrics.text).toMatch(/^# HELP/m)
  })

  it('[NM6] a global pipe that accepts only objects doesn’t affect locations', async () => {
    await using server = await startApp(platform, {
      imports: [whereabouts()],
      providers: [{ provide: APP_PIPE, useClass: Strict }],
    })
    await expectRoomsToWork(server.baseUrl)
    await using list = await openStream(`${server.baseUrl}/location/sse`)
    await list.next()
    await call(`${server.baseUrl}/location?id=ada`, { json: 5 })
    expect((await list.next()).data).toEqual([5])
  })
}

describe('the module with features of Express', () => {
  it('[ER4] doesn’t affect forms', async () => {
    await using server = await startApp('express', {
      imports: [whereabouts()],
      controllers: [OwnController],
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await call(`${server.baseUrl}/forms`, { headers, body: 'a=b' })
    expect(JSON.parse(answer.text)).toEqual({ a: 'b' })
  })

  it('[ST14] delivers events immediately behind compression middleware, in the shared gzip', async () => {
    await using server = await startApp('express', { imports: [whereabouts()] }, (app) =>
      app.use(compression({ threshold: 0 })),
    )
    const room = new TestRoom(server.baseUrl)
    const headers = { 'accept-encoding': 'gzip, deflate, br' }
    const key = memberKey()
    await using own = await room.stream({ member: key }, { headers })
    expect(own.headers['content-encoding']).toBe('gzip')
    const before = performance.now()
    await room.move(key, 1)
    const { at } = await own.next('patch')
    expect(at - before).toBeLessThan(AT_ONCE_MS)
    await own.quiet()
    await own.close()
    await room.leave(key)
    expect((await room.read()).members).toEqual([])
  })
})
