import type { Browser, BrowserContext, Page } from 'playwright-core'
import { joinRoom, type JoinOptions, type RoomSnapshot } from '@whereabouts/client'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.js'
import { Application } from './application.js'
import { bundlePage } from './bundle.js'
import { member, ScriptedServer, type Exchange } from './scripted-server.js'
import { until } from './until.js'

let html: string
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  html = await bundlePage(new URL('page.ts', import.meta.url))
  // Users have the back-forward cache, and playwright turns it off.
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
}, 60_000)
afterAll(() => browser.close())
beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
})
afterEach(() => context.close())

/** A parameter of a call: in its query, in its header, or in the body of a beacon. */
function parameterOf({ query, body }: Exchange, name: string): string | undefined {
  const said = body.startsWith('{') ? (JSON.parse(body) as { [name: string]: string }) : {}
  return query.get(name) ?? said[name]
}

const keyOf = (exchange: Exchange) =>
  exchange.request.headers['whereabouts-member'] ?? parameterOf(exchange, 'member')

async function joinFrom(from: Page, server: ScriptedServer): Promise<Exchange> {
  await from.evaluate(() => window.testPage.join({ room: 'budget' }))
  const stream = await server.take('GET events')
  stream.stream().snapshot('e:1', [member('me')])
  await from.waitForFunction(() => window.testPage.rooms.at(-1)?.status === 'online')
  return stream
}

const stored = (from: Page) => from.evaluate(() => sessionStorage.getItem('whereabouts:budget'))

describe('in a browser', () => {
  it('[CL7 CL8] a reload says goodbye and rejoins as the same member', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    const stream = await joinFrom(page, server)
    expect(keyOf(stream)).toMatch(/^[0-9a-f]{32}$/)
    await page.reload()
    const goodbye = await server.take('POST leave')
    expect([keyOf(goodbye), parameterOf(goodbye, 'soon')]).toEqual([keyOf(stream), '1'])
    await stream.closed
    expect(keyOf(await joinFrom(page, server))).toBe(keyOf(stream))
    expect(server.waiting('POST leave')).toBe(0)
  })

  it('[AC34 HT40] a page that comes back as another user removes the member that it was', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    const stream = await joinFrom(page, server)
    await page.reload()
    // Its user may be another one already.
    expect(parameterOf(await server.take('POST leave'), 'self')).toBe('me')
    await page.evaluate(() => window.testPage.join({ room: 'budget' }))
    ;(await server.take('GET events')).stream({ self: 'new' })
    const left = await server.take('POST leave')
    expect(keyOf(left)).toBe(keyOf(stream))
    expect([parameterOf(left, 'self'), parameterOf(left, 'soon')]).toEqual(['me', undefined])
  })

  it('[CL8] the member key isn’t in the storage while the page is open, so a duplicated tab doesn’t get it', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    const stream = await joinFrom(page, server)
    expect(await stored(page)).toBeNull()
    await page.reload()
    expect(await stored(page)).toBe(`${keyOf(stream)} me`)
    await joinFrom(page, server)
    // A window opened by a page gets a copy of its session storage, like a duplicated tab.
    const opening = page.waitForEvent('popup')
    await page.evaluate(() => void window.open(location.href))
    const copy = await opening
    await copy.waitForFunction(() => 'testPage' in window)
    expect(keyOf(await joinFrom(copy, server))).not.toBe(keyOf(stream))
  })

  it('[CL7] the back button brings the same member back, on the page as it was', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(`${server.url}/sheet`)
    const stream = await joinFrom(page, server)
    await page.goto(`${server.url}/elsewhere`)
    expect(keyOf(await server.take('POST leave'))).toBe(keyOf(stream))
    expect(await stored(page)).toBe(`${keyOf(stream)} me`)
    await page.goBack({ waitUntil: 'commit' })
    const again = await server.take('GET events')
    expect([keyOf(again), again.query.get('lastEventId')]).toEqual([keyOf(stream), 'e:1'])
    again.stream()
    await page.waitForFunction(() => window.testPage.rooms[0]?.status === 'online')
    expect(await stored(page)).toBeNull()
  })

  it('[CL7] a goodbye carries the latest headers', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    await page.evaluate(() => {
      window.testPage.join({ room: 'budget', headers: () => ({ authorization: 'Bearer 7' }) })
    })
    ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
    await page.waitForFunction(() => window.testPage.rooms[0]?.status === 'online')
    await page.goto('about:blank')
    const goodbye = await server.take('POST leave')
    expect(goodbye.request.headers.authorization).toBe('Bearer 7')
    expect(goodbye.query.get('soon')).toBe('1')
  })

  it('[CL8] a page that joins a room twice is one member, which leaves with the last leave', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    const [one, two] = [await joinFrom(page, server), await joinFrom(page, server)]
    expect(keyOf(one)).toBe(keyOf(two))
    await page.evaluate(() => window.testPage.rooms[0]?.leave())
    await one.closed
    expect(server.waiting('POST leave')).toBe(0)
    const left = page.evaluate(() => window.testPage.rooms[1]?.leave())
    const leave = await server.take('POST leave')
    expect([keyOf(leave), parameterOf(leave, 'soon')]).toEqual([keyOf(one), undefined])
    leave.answer(204)
    await left
  })

  it('[CL8] joining again waits for the earlier goodbye', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    const stream = await joinFrom(page, server)
    const left = page.evaluate(() => window.testPage.rooms[0]?.leave())
    const leave = await server.take('POST leave')
    await page.evaluate(() => window.testPage.join({ room: 'budget' }))
    expect(server.waiting('GET events')).toBe(0)
    leave.answer(204)
    await left
    expect(await stored(page)).toBeNull()
    expect(keyOf(await server.take('GET events'))).toBe(keyOf(stream))
  })

  it.each([
    [undefined, 'login=7'],
    ['omit', undefined],
  ] as const)(
    '[CL102] with credentials %s the cookie is %s, in the goodbye as well',
    async (credentials, cookie) => {
      await using server = await ScriptedServer.listen(html)
      await page.goto(server.url)
      await page.evaluate((given) => {
        document.cookie = 'login=7'
        window.testPage.join({ room: 'budget', ...(given && { credentials: given }) })
      }, credentials)
      const stream = await server.take('GET events')
      stream.stream().snapshot('e:1', [member('me')])
      await page.waitForFunction(() => window.testPage.rooms[0]?.status === 'online')
      await page.goto('about:blank')
      const goodbye = await server.take('POST leave')
      const cookies = [stream, goodbye].map(({ request }) => request.headers.cookie)
      expect(cookies).toEqual([cookie, cookie])
    },
  )

  it('[CL8] works in a browser that forbids storage', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.addInitScript(() => {
      const get = () => {
        throw new DOMException('forbidden', 'SecurityError')
      }
      Object.defineProperty(window, 'sessionStorage', { get })
    })
    await page.goto(server.url)
    const stream = await joinFrom(page, server)
    expect(keyOf(stream)).toMatch(/^[0-9a-f]{32}$/)
    await page.goto('about:blank')
    expect(keyOf(await server.take('POST leave'))).toBe(keyOf(stream))
  })

  it('[CL4] reconnects immediately when the network is back', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    await page.evaluate(() => {
      // Makes the next delay far longer than this test's timeout.
      Math.random = () => 0.9999
    })
    const stream = await joinFrom(page, server)
    await context.setOffline(true)
    stream.event('goodbye', { reconnectInMs: 600_000 }).end()
    await page.waitForFunction(() => window.testPage.rooms[0]?.status === 'reconnecting')
    await context.setOffline(false)
    expect((await server.take('GET events')).query.get('lastEventId')).toBe('e:1')
  })

  it('[MB7] others see no leave when a tab reloads, even across origins, but one when it is closed', async () => {
    await using pages = await ScriptedServer.listen(html)
    await using server = await Application.listen()
    const joinAs = (options: JoinOptions) => window.testPage.join(options)
    const options = { url: server.url, room: 'budget', location: 'C5', user: { name: 'Bob' } }
    const ann = joinRoom({ url: server.url, room: 'budget' })
    await page.goto(pages.url)
    await page.evaluate(joinAs, options)
    const { others } = await until(ann, ({ others: [bob] }) => bob?.location === 'C5')
    const seen: string[] = []
    ann.subscribe(() => {
      seen.push(
        ann
          .getSnapshot()
          .others.map(({ id, status }) => `${id} ${status}`)
          .join(),
      )
    })
    const away = until(ann, ({ others: [bob] }) => bob?.status === 'away')
    await page.reload()
    await away
    await page.evaluate(joinAs, { ...options, location: 'D6' })
    const isBack = ({ others: [bob] }: RoomSnapshot) =>
      bob?.location === 'D6' && bob.status === 'online'
    expect((await until(ann, isBack)).others[0]?.id).toBe(others[0]?.id)
    expect(new Set(seen)).toEqual(new Set([`${others[0]?.id} away`, `${others[0]?.id} online`]))
    await page.close({ runBeforeUnload: true })
    const gone = performance.now()
    await until(ann, (now) => now.others.length === 0)
    expect(performance.now() - gone).toBeLessThan(4_000)
    await ann.leave()
  })
})
