import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { Body, Controller, Post, VersioningType, type Type } from '@nestjs/common'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { Json } from '@whereabouts/protocol'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import express, { type NextFunction } from 'express'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { call, callJson, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { PLATFORMS, startApp, type RunningApp } from '../servers/nest.js'

const whereabouts = (path = '') =>
  WhereaboutsModule.forRoot({ secret: 'the secret of these tests', path })

/** Posts bodies that arrive correctly only if no other parser has touched them. */
async function expectOwnBodies(baseUrl: string): Promise<void> {
  const room = new TestRoom(baseUrl)
  for (const location of [5, '__proto__', null, { ['__proto__']: 1 }]) {
    await room.move(memberKey(), location)
  }
  await expectRefused('bad-json', room.url('location'), {
    headers: { 'content-type': 'application/json' },
    body: '{',
  })
  await expectRefused('too-large', room.url('location'), { json: 'x'.repeat(200_000) })
  const left = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }
  expect(await call(room.url('leave'), left)).toMatchObject({ status: 204 })
}

/** A controller that answers posts with their body. */
function echo(path: string, more: object = {}): Type {
  @Controller({ path, ...more })
  class EchoController {
    @Post()
    echo(@Body() body: Json): object {
      return { echo: body ?? null }
    }
  }
  return EchoController
}

const BODY = { own: [1, 2] }
const expectEcho = async (url: string, headers = {}) =>
  expect(await callJson(url, { json: BODY, headers }, 201)).toEqual({ echo: BODY })

describe.each(PLATFORMS)('the owner of a body on %s', (platform) => {
  it('[HT14] is found by the path of the module', async () => {
    const controllers = [echo('location'), echo('rooms/:room/leave'), echo('x/rooms/:room/leave')]
    await using server = await startApp(platform, {
      imports: [whereabouts('presence')],
      controllers,
    })
    await expectEcho(`${server.baseUrl}/location`)
    await expectEcho(`${server.baseUrl}/rooms/x/leave`)
    await expectEcho(`${server.baseUrl}/x/rooms/x/leave`)
    await expectOwnBodies(`${server.baseUrl}/presence`)
  })

  it('[HT14] is found by the global prefix and its exclusions', async () => {
    const controllers = [echo('forms')]
    const exclude = ['rooms/:room/location', 'rooms/:room/leave']
    await using server = await startApp(
      platform,
      { imports: [whereabouts()], controllers },
      (app) => app.setGlobalPrefix('api', { exclude }),
    )
    await expectEcho(`${server.baseUrl}/api/forms`)
    await expectOwnBodies(server.baseUrl)
    const article = `${server.baseUrl}/api/location`
    expect(await call(article, { json: 5 })).toMatchObject({ status: 201, text: 'ok' })
  })

  it('[HT14] is found by a prefix with parameters', async () => {
    await using server = await startApp(platform, { imports: [whereabouts()] }, (app) =>
      app.setGlobalPrefix('tenants/:tenant'),
    )
    await expectOwnBodies(`${server.baseUrl}/tenants/t1`)
    const long = new TestRoom(`${server.baseUrl}/tenants/t1`, 'x'.repeat(128))
    await long.move(memberKey(), 5)
    expect((await long.read()).members).toMatchObject([{ location: 5 }])
  })

  it('[HT14] is found by the version in a header', async () => {
    const controllers = [echo('location', { version: '2' }), echo('v', { version: '2' })]
    await using server = await startApp(
      platform,
      { imports: [whereabouts()], controllers },
      (app) => app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' }),
    )
    await expectEcho(`${server.baseUrl}/location`, { 'x-version': '2' })
    await expectEcho(`${server.baseUrl}/v`, { 'x-version': '2' })
    expect(await call(`${server.baseUrl}/location`, { json: { x: 1 } })).toMatchObject({
      text: 'ok',
    })
    await expectOwnBodies(server.baseUrl)
  })

  it('[HT14] is found by the version in the path', async () => {
    const controllers = [echo('location', { version: '2' })]
    await using server = await startApp(
      platform,
      { imports: [whereabouts()], controllers },
      (app) => app.enableVersioning({ type: VersioningType.URI }),
    )
    await expectEcho(`${server.baseUrl}/v2/location`)
    await expectOwnBodies(server.baseUrl)
  })

  it('[HT10] [HT14] is the application for every address that is not a call', async () => {
    const { controllers } = {
      controllers: [echo('rooms/:room/location/more'), echo('more/location')],
    }
    await using server = await startApp(platform, { imports: [whereabouts()], controllers })
    await expectEcho(`${server.baseUrl}/rooms/x/location/more`)
    await expectEcho(`${server.baseUrl}/more/location`)
    await expectOwnBodies(server.baseUrl)
  })
})

describe('the owner of a body on Express, where an address can have two routes', () => {
  it('[HT14] is the first route', async () => {
    const controllers = [echo('location'), echo('rooms/:id/leave')]
    await using server = await startApp('express', { imports: [whereabouts()], controllers })
    await expectEcho(`${server.baseUrl}/location`)
    await expectEcho(`${server.baseUrl}/rooms/x/leave`)
    await new TestRoom(server.baseUrl).move(memberKey(), 5)
  })

  it('[HT13] [HT14] is the module if the first route is for another host, and uses the parsed body', async () => {
    const controllers = [echo('location', { host: 'own.example' })]
    await using server = await startApp('express', { imports: [whereabouts()], controllers })
    const url = `${server.baseUrl}/location`
    await expectEcho(url, { host: 'own.example' })
    expect(await call(url, { json: { x: 2 } })).toMatchObject({ status: 201, text: 'ok' })
    const { members } = await new TestRoom(server.baseUrl, 'default').read()
    expect(members).toMatchObject([{ location: { x: 2 } }])
    await expectRefused('too-large', url, { json: { x: 'x'.repeat(2_000) } })
  })
})

/** Answers with the body that the application parsed or read. */
const answer = (request: { body?: unknown }, response: ServerResponse) =>
  response.writeHead(201).end(JSON.stringify({ echo: request.body }))

function answerRead(request: IncomingMessage, response: ServerResponse, next: NextFunction): void {
  const { 'content-type': type, 'content-length': length } = request.headers
  expect([type, length]).toEqual(['application/json', String(JSON.stringify(BODY).length)])
  const read = buffer(request).then((bytes) => JSON.parse(bytes.toString()) as Json)
  read.then((body) => answer({ body }, response), next)
}

const ownRouter = () => express.Router().post('/:room/location', express.json(), answer)

/** Ways to mount an application's routes before the module's, at the same addresses. */
const MOUNTS: readonly [how: string, mount: (app: RunningApp['app']) => void][] = [
  ['a router', (app) => app.use('/rooms', ownRouter())],
  ['a router in a router', (app) => app.use(express.Router().use('/rooms', ownRouter()))],
  [
    'a router with a parameter in its path',
    (app) =>
      app.use('/:kind', express.Router().use('/:room/location', ownRouter()).use(ownRouter())),
  ],
  [
    'a router that reads bodies itself',
    (app) => app.use('/rooms', express.Router().post('/:room/location', answerRead)),
  ],
  [
    'a parser and a handler',
    (app) => app.use('/rooms/:room/location', express.json()).use('/rooms/:room/location', answer),
  ],
  ['an application', (app) => app.use('/rooms', express().use(ownRouter()))],
]

describe.each(PLATFORMS)('routes mounted before the module on %s', (platform) => {
  it.each(MOUNTS)(
    '[HT14] %s gets its bodies, and the module’s calls at other addresses get theirs',
    async (_, mount) => {
      await using server = await startApp(platform, { imports: [whereabouts('sub')] }, mount)
      await expectEcho(`${server.baseUrl}/rooms/x/location`)
      await expectOwnBodies(`${server.baseUrl}/sub`)
    },
  )

  it.each(MOUNTS)('[HT14] %s at the same address gets its bodies', async (_, mount) => {
    await using server = await startApp(platform, { imports: [whereabouts()] }, mount)
    await expectEcho(`${server.baseUrl}/rooms/x/location`)
  })
})

describe('middleware mounted before the module on Express', () => {
  it('[HT14] consumes no body of a call that it passes on', async () => {
    await using server = await startApp('express', { imports: [whereabouts()] }, (app) => {
      const router = express.Router().get('/:room/location', (_request, _response, next) => next())
      app.use('/rooms', router.use('/other', ownRouter()))
      app.use('/rooms', (_request: unknown, _response: unknown, next: () => void) => next())
      app.use(express.json())
    })
    await expectOwnBodies(server.baseUrl)
  })
})

type Request = IncomingMessage & { body?: unknown; rawBody?: unknown }

/** Reads every body first, as middleware for signatures does, and stores it as the test says. */
function reading(leave: (request: Request, bytes: Buffer) => void) {
  return (app: RunningApp['app']) =>
    app.use(async (request: Request, _response: unknown, next: () => void) => {
      leave(request, await buffer(request))
      next()
    })
}

const UPDATE = Buffer.from(Y.encodeStateAsUpdate(new Y.Doc({ guid: 'x' })))

describe('a body that the application has already read', () => {
  it('[HT13] is taken from the bytes in `rawBody`', async () => {
    const configure = reading((request, bytes) => (request.rawBody = bytes))
    await using server = await startApp('express', { imports: [whereabouts()] }, configure)
    const room = new TestRoom(server.baseUrl)
    await room.move('ada', 5)
    expect((await room.read()).members).toMatchObject([{ location: 5 }])
    const headers = { 'content-type': 'application/octet-stream' }
    const posted = await call(room.url('document'), { headers, body: UPDATE })
    expect(posted).toMatchObject({ status: 200 })
    await expectRefused('too-large', room.url('location'), { json: 'x'.repeat(2_000) })
    const broken = { headers: { 'content-type': 'application/json' }, body: '{' }
    await expectRefused('bad-json', room.url('location'), broken)
    await expectRefused('bad-json', room.url('location'), { ...broken, body: '' })
  })

  it('[HT13] is taken from the parsed JSON in `body`', async () => {
    const configure = reading((request, bytes) => {
      request.body = bytes.length > 0 ? JSON.parse(bytes.toString()) : {}
    })
    await using server = await startApp('express', { imports: [whereabouts()] }, configure)
    const room = new TestRoom(server.baseUrl)
    await room.move('ada', { cell: 'C5' })
    expect((await room.read()).members).toMatchObject([{ location: { cell: 'C5' } }])
    await expectRefused('too-large', room.url('location'), { json: ['x'.repeat(2_000)] })
    await expectRefused('bad-parameter', room.url('events', { watch: 1 }), { json: { watch: 0 } })
  })

  it.each([
    ['nothing', () => undefined],
    ['a string, which could be raw or parsed', (request: Request) => (request.body = '"5"')],
  ])('[HT13] is refused with an answer if the application left %s', async (_, leave) => {
    await using server = await startApp('express', { imports: [whereabouts()] }, reading(leave))
    const room = new TestRoom(server.baseUrl)
    expectProblem(await call(room.url('location'), { json: 5 }), 'internal')
    expect((await room.read()).members).toEqual([])
  })

  it('[HT13] is taken from `rawBody` on Fastify too', async () => {
    const fastify = new FastifyAdapter()
    fastify.getInstance().addHook('preParsing', async (request, _reply, payload) => {
      Object.assign(request, { rawBody: await buffer(payload) })
      return payload
    })
    const configure = () => undefined
    await using server = await startApp('fastify', { imports: [whereabouts()] }, configure, fastify)
    const room = new TestRoom(server.baseUrl)
    await room.move('ada', 5)
    expect((await room.read()).members).toMatchObject([{ location: 5 }])
  })

  it.each(PLATFORMS)('[HT13] is still read if middleware only paused it: %s', async (platform) => {
    await using server = await startApp(platform, { imports: [whereabouts()] }, (app) =>
      app.use((request: IncomingMessage, _response: unknown, next: () => void) => {
        request.pause()
        setImmediate(next)
      }),
    )
    const room = new TestRoom(server.baseUrl)
    await room.move('ada', 5)
    expect((await room.read()).members).toMatchObject([{ location: 5 }])
  })
})
