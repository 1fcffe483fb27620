import { joinRoom } from '@whereabouts/client'
import { createRoomContext } from '@whereabouts/client/vue'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSSRApp, defineComponent, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { launchChromium } from '../chromium.js'
import { bundlePage } from './bundle.js'
import { type Exchange, member, ScriptedServer } from './scripted-server.js'

let html: string
let browser: Browser
let page: Page

beforeAll(async () => {
  html = await bundlePage(new URL('vue-page.ts', import.meta.url))
  browser = await launchChromium()
}, 60_000)
afterAll(() => browser.close())
beforeEach(async () => {
  page = await browser.newPage()
})
afterEach(() => page.close())

const text = (id: string) => page.locator(`#${id}`).textContent()
const shows = (id: string, what: string) =>
  page.locator(`#${id}`).filter({ hasText: what }).waitFor()
const renders = () => page.evaluate(() => ({ ...window.vuePage.renders }))

function player(id: string, x: number, team = 'red') {
  const { user, ...rest } = member(id, { x })
  return { ...rest, user: { ...user, meta: { team } } }
}

async function opened(server: ScriptedServer): Promise<Exchange> {
  await page.goto(server.url)
  await page.evaluate(() => window.vuePage.render({ room: 'budget' }))
  const stream = await server.take('GET events')
  expect(await page.locator('main').textContent()).toBe('One moment')
  stream.stream().snapshot('e:1', [player('me', 7, 'blue'), player('a', 1), player('b', 2)])
  await shows('status', 'online')
  return stream
}

describe('Vue', () => {
  it('[CL103 CL107] a component renders when what it selects changes, after the fallback', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server)
    expect([await text('count'), await text('teams')]).toEqual(['2', 'red,red'])
    const before = await renders()
    stream.event('patch', { move: { a: { x: 5 } } }, 'e:2')
    await shows('places', 'a 5,b 2')
    expect(await renders()).toEqual({ ...before, places: before['places']! + 1 })
    stream.event('patch', { join: [player('c', 3)] }, 'e:3')
    await shows('count', '3')
  })

  it('[CL104 CL114] another user stays, another room is another visit, and unmounting leaves', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server)
    await page.evaluate(() => window.vuePage.render({ room: 'budget', user: { name: 'Ann' } }))
    const renamed = await server.take('POST location')
    expect(renamed.query.get('name')).toBe('Ann')
    renamed.answer(200, { self: 'me', id: 'e:2' })
    expect([server.waiting('GET events'), server.waiting('POST leave')]).toEqual([0, 0])
    await page.evaluate(() => window.vuePage.render({ room: 'minutes' }))
    const next = await server.take('GET events')
    expect(next.request.url).toContain('/rooms/minutes/')
    ;(await server.take('POST leave')).answer(204)
    await stream.closed
    next.stream().snapshot('f:1', [player('me', 1)])
    await shows('count', '0')
    await page.evaluate(() => window.vuePage.unmount())
    expect((await server.take('POST leave')).request.url).toContain('/rooms/minutes/')
  })

  it('[CL106] a move is shown at once; events and broadcasts pass', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server)
    await page.locator('#mine').click()
    await shows('mine', '8 blue')
    ;(await server.take('POST location')).refuse('too-large')
    await shows('mine', '7 blue')
    stream.event('broadcast', { number: 1, from: 'a', event: { say: 'hi' } }, 'e:2')
    await page.waitForFunction(() => window.vuePage.heard.length > 0)
    expect(await page.evaluate(() => window.vuePage.heard)).toEqual([[{ say: 'hi' }, 'a']])
  })

  it('[CL115] a lock is shown, and released with the component that has it', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server)
    await page.locator('#lock').click()
    ;(await server.take('POST lock')).answer(200, { key: 'cell', number: 7, id: 'e:2' })
    stream.event('patch', { locks: { cell: { memberId: 'me', number: 7 } } }, 'e:2')
    await shows('lock', 'true')
    await page.evaluate(() => window.vuePage.render({ room: 'minutes' }))
    expect((await server.take('POST unlock')).body).toBe('{"key":"cell","number":7}')
  })

  it('[CL119] another key is another lock, and what is selected by it is selected again', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server)
    await page.locator('#lock').click()
    ;(await server.take('POST lock')).answer(200, { key: 'cell', number: 7, id: 'e:2' })
    stream.event('patch', { locks: { cell: { memberId: 'me', number: 7 } } }, 'e:2')
    await shows('lock', 'true')
    expect(await text('chosen')).toBe('undefined')
    await page.evaluate(() => window.vuePage.choose('b'))
    expect((await server.take('POST unlock')).body).toBe('{"key":"cell","number":7}')
    await shows('lock', 'false')
    await shows('chosen', '2')
    await page.locator('#lock').click()
    expect((await server.take('POST lock')).body).toBe('{"key":"b"}')
  })

  it('[CL105] a server renders a room that it doesn’t join', async () => {
    await using server = await ScriptedServer.listen()
    const { RoomProvider, useOthers, useStatus } = createRoomContext()
    const People = defineComponent(() => {
      const [status, others] = [useStatus(), useOthers()]
      return () => h('p', `${status.value} ${others.value.length}`)
    })
    const options = { room: 'budget', url: server.url, location: { x: 1 } }
    const app = createSSRApp(() => h(RoomProvider, options, { default: () => h(People) }))
    expect(await renderToString(app)).toContain('<p>connecting 0</p>')
    // What had been requested before would be there by now.
    const own = joinRoom({ ...options, room: 'minutes' })
    const requests = [await server.take('GET events'), await server.take('POST location')]
    void own.leave()
    expect(requests.map(({ request }) => request.url?.split('/')[2])).toEqual([
      'minutes',
      'minutes',
    ])
  })
})
