import { once } from 'node:events'
import { type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from 'node:http2'
import { request } from 'node:https'
import { text as readText } from 'node:stream/consumers'
import { connect } from 'node:tls'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { launchChromium } from '../chromium.js'
import { CERTIFICATE, PRIVATE_KEY, RENEWED_CERTIFICATE, RENEWED_KEY } from '../nest/certificate.js'
import { type Served, Session, startTls } from './served.js'

const TABS = 30
const ATTACKERS = ['/rooms/reset/events?watch=1', ...Array<string>(4).fill('/health/live')]
const RESETS = 2_000
const RESETS_AT_ONCE = 250

let served: Served
beforeAll(async () => {
  served = await startTls()
})
afterAll(() => served[Symbol.asyncDispose]())

const moved = (session: Session, room: string, cell: string) =>
  session.ask(`/rooms/${room}/location?member=mover`, {}, JSON.stringify(cell))

/** Opens streams and resets them at once, until the server ends the connection. */
async function resetStreams(path: string): Promise<void> {
  using attacker = new Session(served.baseUrl)
  const { session } = attacker
  await within(once(session, 'remoteSettings'), 'a connection')
  for (let opened = 0; opened < RESETS && !session.destroyed; opened += RESETS_AT_ONCE) {
    const streams = Array.from({ length: RESETS_AT_ONCE }, () => attacker.begin(path))
    await sleep(0)
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL)
    await Promise.all(streams.map(closed))
  }
}

/** Resolves when a stream has closed, also because of an error. */
function closed(stream: ClientHttp2Stream): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    if (stream.closed && stream.destroyed) resolve()
    else stream.once('close', resolve)
  })
  return within(gone, 'the end of a stream', 60_000)
}

describe('a server with a certificate', () => {
  it('[HT32 ST1 BR2 ID2] speaks HTTP/2, without a Connection header', async () => {
    using session = new Session(served.baseUrl)
    const events = await session.events('/rooms/one/events')
    expect(events.headers).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream' })
    expect(events.headers).not.toHaveProperty('connection')
    expect(events.headers['set-cookie']?.[0]).toMatch(/^__Host-whereabouts-member=.*; *Secure/)
    const answer = await moved(session, 'one', 'C5')
    expect(answer.headers).toMatchObject({ ':status': 200 })
    expect(answer.headers).not.toHaveProperty('connection')
    await events.until('"C5"')
    const page = await session.ask('/sheets/one', { accept: 'text/html' })
    expect(page.headers[':status']).toBe(200)
    expect(page.text).toContain('<div id="app">')
  })

  it('[HT32] speaks HTTP/1.1 with clients that ask for no more', async () => {
    const url = `${served.baseUrl}/rooms/two/location?member=old`
    const asked = request(url, { method: 'POST', rejectUnauthorized: false, agent: false })
    asked.setHeader('content-type', 'application/json')
    asked.end('"D6"')
    const [answer] = (await within(once(asked, 'response'), 'the answer')) as [IncomingMessage]
    expect([answer.statusCode, answer.httpVersion]).toEqual([200, '1.1'])
    expect(JSON.parse(await readText(answer))).toMatchObject({ self: expect.any(String) as string })
  })

  it('[BR6] knows its name by :authority', async () => {
    using session = new Session(served.baseUrl)
    const evil = await session.ask('/health/live', { ':authority': 'evil.example' })
    expect(evil.headers[':status']).toBe(421)
    const own = await session.ask('/health/live', { ':authority': 'localhost' })
    expect(own.headers[':status']).toBe(200)
  })

  it('[HT32] carries the streams of many tabs over one connection', async () => {
    using session = new Session(served.baseUrl)
    const tabs = Array.from({ length: TABS }, (_, tab) =>
      session.events(`/rooms/many/events?member=tab-${tab}`),
    )
    const streams = await Promise.all(tabs)
    await moved(session, 'many', 'E7')
    const seen = streams.map((events) => events.until('"E7"'))
    expect(await Promise.all(seen)).toHaveLength(TABS)
  })

  it('[HT32] in a browser, thirty tabs are live and can post', async () => {
    await using browser = await launchChromium({ args: ['--ignore-certificate-errors'] })
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const pages = await Promise.all(Array.from({ length: TABS }, () => context.newPage()))
    await Promise.all(pages.map((page) => page.goto(`${served.baseUrl}/health/live`)))
    const cells = await Promise.all(
      pages.map((page, tab) =>
        page.evaluate(async (number) => {
          const events = new EventSource(`/rooms/tabs/events?member=tab-${number}`)
          const seen = new Set<string>()
          Object.assign(globalThis, { seen, events })
          const take = ({ data }: MessageEvent<string>) => {
            for (const [cell] of data.matchAll(/cell-\d+/g)) seen.add(cell)
          }
          events.addEventListener('snapshot', take)
          events.addEventListener('patch', take)
          await new Promise((resolve) => events.addEventListener('hello', resolve))
          const posted = await fetch(`/rooms/tabs/location?member=tab-${number}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(`cell-${number}`),
          })
          return posted.status
        }, tab),
      ),
    )
    expect(cells).toEqual(Array.from({ length: TABS }, () => 200))
    const protocols = new Set<string>()
    for (const page of pages) {
      const seen = () =>
        page.evaluate(() => (globalThis as unknown as { seen: Set<string> }).seen.size)
      await expect.poll(seen).toBe(TABS)
      const used = await page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol),
      )
      for (const protocol of used.filter((each) => each !== '')) protocols.add(protocol)
    }
    expect([...protocols]).toEqual(['h2'])
  })
})

describe('what one connection can hold', () => {
  it('[HT33] is bounded', async () => {
    using session = new Session(served.baseUrl)
    await within(once(session.session, 'remoteSettings'), 'the settings')
    const { maxConcurrentStreams, maxHeaderListSize } = session.session.remoteSettings
    expect({ maxConcurrentStreams, maxHeaderListSize }).toEqual({
      maxConcurrentStreams: 256,
      maxHeaderListSize: 16_384,
    })
    const large = session.begin('/health/live', { 'x-large': 'x'.repeat(20_000) })
    await closed(large)
    expect(large.rstCode).not.toBe(constants.NGHTTP2_NO_ERROR)
    using other = new Session(served.baseUrl)
    expect((await other.ask('/health/live')).headers[':status']).toBe(200)
  })

  it('[HT33] a client that opens and resets 10,000 streams stops nobody else', async () => {
    using reader = new Session(served.baseUrl)
    const events = await reader.events('/rooms/reset/events?member=reader')
    using other = new Session(served.baseUrl)
    for (const path of ATTACKERS) {
      await resetStreams(path)
      expect((await other.ask('/health/live')).headers[':status']).toBe(200)
    }
    expect((await moved(other, 'reset', 'F8')).headers[':status']).toBe(200)
    await events.until('"F8"')
    await vi.waitFor(async () => {
      const { text } = await other.ask('/rooms/reset/location')
      expect(JSON.parse(text)).toMatchObject({ watching: 0 })
    })
  })
})

describe('a body over HTTP/2', () => {
  const post = { ':method': 'POST', 'content-type': 'application/json' }

  it('[HT33 HT23] is given up if it doesn’t arrive, and its connection goes on', async () => {
    using session = new Session(served.baseUrl)
    const slow = session.begin('/rooms/slow/location?member=slow', post)
    slow.write('"half')
    await closed(slow)
    expect(slow.rstCode).not.toBe(constants.NGHTTP2_NO_ERROR)
    expect((await session.ask('/health/live')).headers[':status']).toBe(200)
  })

  it.each(['stream', 'connection'])('[HT33 ER2] whose %s breaks off is none', async (what) => {
    using session = new Session(served.baseUrl)
    const room = `broken-${what}`
    const broken = session.begin(`/rooms/${room}/location?member=broken`, post)
    // What has arrived is JSON.
    broken.write('12')
    await session.ask('/health/live')
    // `close()` would end the body first.
    if (what === 'stream') broken.destroy()
    else session.session.destroy()
    using other = new Session(served.baseUrl)
    await moved(other, room, 'later')
    await sleep(300)
    const { text } = await other.ask(`/rooms/${room}/location`)
    expect(JSON.parse(text)).toMatchObject({ members: [{ location: 'later' }] })
  })

  it('[HT33 ER3] that is too large is answered, and read no further', async () => {
    using session = new Session(served.baseUrl)
    const large = session.begin('/rooms/large/location?member=large', post)
    large.write('x'.repeat(60_000))
    const [headers] = (await within(once(large, 'response'), 'the answer')) as [object]
    expect(headers).toMatchObject({ ':status': 413 })
    large.resume()
    // The client hasn't ended its body.
    await closed(large)
    expect((await session.ask('/health/live')).headers[':status']).toBe(200)
  })
})

describe('the certificate', () => {
  const shown = async () => {
    const { hostname, port } = new URL(served.baseUrl)
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
    await within(once(socket, 'secureConnect'), 'a connection')
    const { raw } = socket.getPeerCertificate()
    socket.destroy()
    return raw.toString('base64')
  }
  const contentOf = (pem: string) => pem.replaceAll(/-----.*-----|\n/g, '')

  it('[HT34] is read again on SIGHUP, and kept if the files are wrong', async () => {
    expect(await shown()).toBe(contentOf(CERTIFICATE))
    using session = new Session(served.baseUrl)
    await session.ask('/health/live')
    await served.write(RENEWED_CERTIFICATE, RENEWED_KEY)
    process.kill(served.server.pid, 'SIGHUP')
    await expect.poll(shown).toBe(contentOf(RENEWED_CERTIFICATE))
    expect((await session.ask('/health/live')).headers[':status']).toBe(200)
    await served.write(CERTIFICATE, RENEWED_KEY)
    process.kill(served.server.pid, 'SIGHUP')
    await expect.poll(() => served.server.output()).toContain('is not the key of')
    expect(await shown()).toBe(contentOf(RENEWED_CERTIFICATE))
  })

  it('[HT41] has a key that others can’t read, or else the server warns', async () => {
    await using own = await startTls()
    expect(own.server.output()).not.toContain('can read the key')
    await own.write(CERTIFICATE, PRIVATE_KEY, 0o644)
    process.kill(own.server.pid, 'SIGHUP')
    await expect.poll(() => own.server.output()).toContain('can read the key in')
  })
})

it('[HT32 FR7] says goodbye over HTTP/2 and stops', async () => {
  const own = await startTls()
  using session = new Session(own.baseUrl)
  const events = await session.events('/rooms/bye/events?member=ada')
  await events.until('event: snapshot')
  const ended = once(events.stream, 'close')
  // `stop()` fails if it takes more than 5 s.
  await own[Symbol.asyncDispose]()
  await events.until('event: goodbye')
  await within(ended, 'the end of the stream')
  expect(events.stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR)
})

it('[OP20 HT32] a proxy that signs people in may speak HTTP/2', async () => {
  await using proxied = await startTls({
    WHEREABOUTS_AUTH: 'proxy',
    WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1',
  })
  using session = new Session(proxied.baseUrl)
  const statusOf = async (headers: OutgoingHttpHeaders) =>
    (await session.ask('/session', headers)).headers[':status']
  expect(await statusOf({ 'x-forwarded-user': 'ann' })).toBe(200)
  expect(await statusOf({})).toBe(401)
  expect(await statusOf({ 'x-forwarded-user': ['ann', 'mallory'] })).toBe(401)
})
