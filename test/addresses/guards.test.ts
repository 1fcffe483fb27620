import type { IncomingMessage } from 'node:http'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { describe, expect, it } from 'vitest'
import { type Platform, PLATFORMS } from '../servers/nest.js'
import { SCHEME } from './scheme.js'
import { documentWith, GuardedApp, LONG_OPEN, LONG_SECRET, OPEN, SECRET } from './world.js'

const CALLS = ['document', 'document/sync', 'location', 'events'] as const
const JSON_TYPE = ['Content-Type: application/json']
const BYTES_TYPE = ['Content-Type: application/octet-stream']
const UPDATE = Buffer.from(documentWith('x')).toString('latin1')
const ESCAPED = (name: string) =>
  [...name].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('')

/** Addresses of a call that every router understands in the same way. */
const PLAIN: readonly ((room: string, call: string) => string)[] = [
  (room, call) => `/rooms/${room}/${call}`,
  (room, call) => `/rooms/%${room.charCodeAt(0).toString(16)}${room.slice(1)}/${call}`,
  (room, call) => `/rooms/${ESCAPED(room)}/${call}`,
  (room, call) => `/rooms/${room}/${call}?room=${OPEN}&watch=1`,
  (room, call) => `/rooms/${room}/${call}?x=/rooms/${OPEN}/${call}`,
  (room, call) => `http://localhost/rooms/${room}/${call}`,
  (room, call) => `${SCHEME}://user@localhost:1/rooms/${room}/${call}?watch=1`,
]

/** Addresses that routers, proxies and URL parsers understand in different ways. */
const ODD: readonly ((room: string, call: string) => string)[] = [
  (room, call) => `/rooms/${room}/${call}/`,
  (room, call) => `/rooms/${room}/${call}//`,
  (room, call) => `/rooms/${room}/${call}/?watch=1`,
  (room, call) => `//rooms/${room}/${call}`,
  (room, call) => `/rooms//${room}/${call}`,
  (room, call) => `/rooms/${room}//${call}`,
  (room, call) => `/rooms/x/rooms/${room}/${call}`,
  (room, call) => `/rooms/${OPEN}/rooms/${room}/${call}`,
  (room, call) => `/rooms/${OPEN}/${call}/rooms/${room}/${call}`,
  (room, call) => `/rooms/${OPEN}/${call}#/rooms/${room}/${call}`,
  (room, call) => `/rooms/${OPEN}/${call}?#/rooms/${room}/${call}`,
  (room, call) => `/rooms/${room}/${call}#`,
  (room, call) => `/rooms/${OPEN}/${call};/rooms/${room}/${call}`,
  (room, call) => `/rooms/${room};${OPEN}/${call}`,
  (room, call) => `/rooms/${OPEN};${room}/${call}`,
  (room, call) => `/rooms/${OPEN}/../${room}/${call}`,
  (room, call) => `/rooms/${OPEN}/${call}/../../${room}/${call}`,
  (room, call) => `/rooms/./${room}/${call}`,
  (room, call) => `/rooms/${OPEN}/..%2f${room}/${call}`,
  (room, call) => `/rooms/${OPEN}%2f..%2f${room}/${call}`,
  (room, call) => `/rooms/${OPEN}%2F${room}/${call}`,
  (room, call) => `/rooms/%25${room.charCodeAt(0).toString(16)}${room.slice(1)}/${call}`,
  (room, call) => `/rooms/${room}%00/${call}`,
  (room, call) => `/rooms/${room}%20/${call}`,
  (room, call) => `/rooms/${room}%zz/${call}`,
  (room, call) => `/ROOMS/${room}/${call}`,
  (room, call) => `/rooms/${room}/${call.toUpperCase()}`,
  (room, call) => `/rooms/${room}/%${call.charCodeAt(0).toString(16)}${call.slice(1)}`,
  (room, call) => `/%72ooms/${room}/${call}`,
  (room, call) => `/rooms%2f${room}%2f${call}`,
  (room, call) => `\\rooms\\${room}\\${call}`,
  (room, call) => `/rooms/${OPEN}\\..\\${room}/${call}`,
  (room, call) => `http://localhost/rooms/${OPEN}\\..\\${room}/${call}`,
  (room, call) => `http://localhost/rooms/${OPEN}/${call}#/rooms/${room}/${call}`,
  (room, call) => `http:///rooms/${room}/${call}`,
  (room, call) => `ftp://localhost/rooms/${room}/${call}`,
  (room, call) => `*/rooms/${room}/${call}`,
  (room, call) => `/rooms/${room}/${call}%2f`,
  (room, call) => `/rooms/${room}/${call}&watch=1`,
]

/** Makes every call to a target and compares its effect with what the guard saw. */
async function callEverything(app: GuardedApp, target: string): Promise<number[]> {
  const answers = [
    await app.call({ method: 'GET', target }),
    await app.call({ method: 'POST', target, headers: JSON_TYPE, body: '["here"]' }),
    await app.call({ method: 'POST', target, headers: BYTES_TYPE, body: UPDATE }),
  ]
  return answers.map(({ status }) => status)
}

function targets(shapes: typeof ODD, rooms: readonly string[]): string[] {
  return rooms.flatMap((room) =>
    CALLS.flatMap((call) => shapes.map((targetOf) => targetOf(room, call))),
  )
}

/** A router with the most lenient settings. */
const lenient = () =>
  new FastifyAdapter({
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      caseSensitive: false,
    },
    useSemicolonDelimiter: true,
  })

describe.each([
  ['express', 'express', undefined],
  ['fastify', 'fastify', undefined],
  ['a lenient fastify', 'fastify', lenient],
] as const)('the documented guard on %s', (_, platform, adapter) => {
  it('[ID7] refuses a room at every plain address, however it is spelled', async () => {
    await using app = await GuardedApp.start(platform, undefined, adapter?.())
    for (const target of targets(PLAIN, [SECRET, LONG_SECRET])) {
      expect(await callEverything(app, target), target).toEqual([403, 403, 403])
    }
    await app.expectUntouched()
  })

  it('[ID7] [HT10] can’t be bypassed with odd addresses', async () => {
    await using app = await GuardedApp.start(platform, undefined, adapter?.())
    const odd = targets(ODD, [SECRET, LONG_SECRET])
    expect(odd.length).toBeGreaterThan(200)
    for (const target of odd) {
      for (const status of await callEverything(app, target)) {
        expect(status, target).toBeGreaterThanOrEqual(400)
      }
    }
    await app.expectUntouched()
  })

  it('[ID7] [HT11] admits calls of other rooms, with names of every length', async () => {
    await using app = await GuardedApp.start(platform, undefined, adapter?.())
    for (const room of [OPEN, LONG_OPEN, 'x'.repeat(100), 'x'.repeat(101)]) {
      for (const targetOf of PLAIN) {
        const target = targetOf(room, 'location')
        const body = '["here"]'
        const answer = await app.call({ method: 'POST', target, headers: JSON_TYPE, body })
        expect(answer, target).toMatchObject({ status: 200, room })
      }
    }
  })

  it('[NE17] refuses the comments on a document that it refuses, however their room is spelled', async () => {
    await using app = await GuardedApp.start(platform, undefined, adapter?.())
    const rooms = [SECRET, LONG_SECRET].map((name) => `comments~${name}`)
    for (const target of targets(PLAIN, rooms)) {
      expect(await callEverything(app, target), target).toEqual([403, 403, 403])
    }
    for (const target of targets(ODD, rooms)) {
      for (const status of await callEverything(app, target)) {
        expect(status, target).toBeGreaterThanOrEqual(400)
      }
    }
    const open = await app.call({ method: 'GET', target: `/rooms/comments~${OPEN}/document` })
    expect(open).toMatchObject({ room: `comments~${OPEN}` })
    await app.expectUntouched()
  })

  it("[ID7] refuses the article's calls, as they name no room", async () => {
    await using app = await GuardedApp.start(platform, undefined, adapter?.())
    const post = { method: 'POST', target: '/location', headers: JSON_TYPE, body: '1' }
    expect(await app.call(post)).toMatchObject({ status: 403, room: undefined })
    const get = { method: 'GET', target: '/location/sse' }
    expect(await app.call(get)).toMatchObject({ status: 403, room: undefined })
    await app.expectUntouched()
  })
})

const withoutLanguage = (url = '') => url.replace('/en/', '/')
const swapped = (url = '') => url.replace(OPEN, SECRET)

/** Starts an application that rewrites every address before routing. */
function startRewriting(
  platform: Platform,
  rewrite: (url?: string) => string,
): Promise<GuardedApp> {
  const middleware = (request: IncomingMessage, _response: unknown, next: () => void) => {
    request.url = rewrite(request.url)
    next()
  }
  // Fastify runs middleware after routing, but has an option for rewriting.
  if (platform === 'express') return GuardedApp.start(platform, (app) => app.use(middleware))
  const rewriteUrl = ({ url }: { readonly url?: string | undefined }) => rewrite(url)
  return GuardedApp.start(platform, undefined, new FastifyAdapter({ rewriteUrl }))
}

describe('the documented guard in an application that rewrites addresses', () => {
  it.each(PLATFORMS)('[ID7] sees the room of the rewritten address: %s', async (platform) => {
    await using app = await startRewriting(platform, withoutLanguage)
    const post = { method: 'POST', headers: JSON_TYPE, body: '["here"]' }
    const target = `/en/rooms/${OPEN}/location?watch=1`
    expect(await app.call({ ...post, target })).toMatchObject({ status: 200, room: OPEN })
    const refused = await app.call({ ...post, target: `/en/rooms/${SECRET}/location` })
    expect(refused).toMatchObject({ status: 403, room: SECRET })
    await app.expectUntouched()
  })

  it.each(PLATFORMS)(
    '[ID7] refuses an address that is rewritten to a refused room: %s',
    async (platform) => {
      await using app = await startRewriting(platform, swapped)
      expect(await callEverything(app, `/rooms/${OPEN}/location`)).toEqual([403, 403, 403])
      await app.expectUntouched()
    },
  )

  it('[ID7] isn’t bypassed when an address changes after routing', async () => {
    const fastify = new FastifyAdapter()
    fastify.getInstance().addHook('preHandler', ({ raw }, _reply, done) => {
      raw.url = swapped(raw.url)
      done()
    })
    await using app = await GuardedApp.start('fastify', undefined, fastify)
    expect(await callEverything(app, `/rooms/${OPEN}/location`)).toEqual([404, 404, 404])
    await app.expectUntouched()
  })
})
