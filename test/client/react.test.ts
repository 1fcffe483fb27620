import { joinRoom } from '@whereabouts/client'
import { lock } from '@whereabouts/client/locks'
import type { Browser, Page } from 'playwright-core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.js'
import { Application } from './application.js'
import { bundlePage } from './bundle.js'
import { context, Everything } from './react-components.js'
import { type Exchange, member, ScriptedServer } from './scripted-server.js'

let html: string
let browser: Browser
let page: Page

beforeAll(async () => {
  html = await bundlePage(new URL('react-page.ts', import.meta.url))
  browser = await launchChromium()
}, 60_000)
afterAll(() => browser.close())
beforeEach(async () => {
  page = await browser.newPage()
})
afterEach(() => page.close())

const text = (id: string) => page.locator(`#${id}`).textContent()
const shows = (id: string, what: string | RegExp) =>
  page.locator(`#${id}`).filter({ hasText: what }).waitFor()
const renders = () => page.evaluate(() => ({ ...window.reactPage.renders }))

/** A member in a team, at a place. */
function player(id: string, x: number, team = 'red') {
  const { user, ...rest } = member(id)
  return { ...rest, user: { ...user, name: id, meta: { team } }, location: { x, y: 0 } }
}

/** Opens the page, renders everything, and answers with a room of three. */
async function opened(server: ScriptedServer, how = {}): Promise<Exchange> {
  await page.goto(server.url)
  await page.evaluate((given) => window.reactPage.render({ room: 'budget' }, given), how)
  const stream = await server.take('GET events')
  stream.stream().snapshot('e:1', [player('me', 7, 'blue'), player('a', 1), player('b', 2)])
  await shows('status', 'online')
  return stream
}

describe('React', { timeout: 30_000 }, () => {
  it('[CL103] a component renders when what it selects changes, and not when anything else does', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server)
    expect([await text('count'), await text('teams'), await text('names')]).toEqual([
      '2',
      'red,red',
      'ab',
    ])
    const before = await renders()
    stream.event('patch', { move: { a: { x: 5, y: 0 } } }, 'e:2')
    stream.event('patch', { move: { b: { x: 6, y: 0 } }, status: { a: 'away' } }, 'e:3')
    await shows('places', '5,6')
    expect(await renders()).toEqual(before)
    stream.event('patch', { join: [player('c', 3, 'green')] }, 'e:4')
    await shows('places', '5,6,3')
    expect([await text('count'), await text('teams')]).toEqual(['3', 'red,red,green'])
    expect(await renders()).toEqual({
      ...before,
      count: before['count']! + 1,
      teams: before['teams']! + 1,
      'name c': 1,
    })
  })

  it('[CL104] StrictMode, which mounts twice, joins once, on one stream, and leaves once', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server, { strict: true })
    expect([server.waiting('GET events'), server.waiting('POST leave')]).toEqual([0, 0])
    expect(stream.response.closed).toBe(false)
    await page.evaluate(() => window.reactPage.unmount())
    ;(await server.take('POST leave')).answer(204)
    await stream.closed
    expect([server.waiting('GET events'), server.waiting('POST leave')]).toEqual([0, 0])
  })

  it('[CL106] a move is shown at once, and no longer when the server refuses it', async () => {
    await using server = await ScriptedServer.listen(html)
    await opened(server)
    expect(await text('mine')).toBe('7 blue')
    await page.locator('#mine').click()
    await shows('mine', '8 blue')
    ;(await server.take('POST location')).refuse('too-large')
    await shows('mine', '7 blue')
  })

  it('[CL106] a move before the room is joined is where the client is', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    await page.evaluate(() => window.reactPage.render({ room: 'budget', location: { x: 3, y: 0 } }))
    await shows('mine', '3 -')
    expect((await server.take('POST location')).body).toBe('{"x":3,"y":0}')
  })

  it('events come to the listener of the last render, and a broadcast goes out', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server)
    stream.event('broadcast', { number: 1, from: 'a', event: { say: 'hi' } }, 'e:2')
    await page.waitForFunction(() => window.reactPage.heard.length > 0)
    expect(await page.evaluate(() => window.reactPage.heard)).toEqual([[{ say: 'hi' }, 'a']])
    const sent = page.evaluate(() => window.reactPage.room.broadcast({ say: 'ho' }))
    const call = await server.take('POST broadcast')
    expect(call.body).toBe('{"say":"ho"}')
    call.answer(200, { id: 'e:3' })
    await sent
  })

  it('[CL115] a lock is shown, and released with the component that has it', async () => {
    await using application = await Application.listen()
    await using pages = await ScriptedServer.listen(html)
    const room = joinRoom({ url: application.url, room: 'budget', user: { name: 'Ann' } })
    const anns = await lock(room, 'cell', { waitMs: 60_000 })
    await page.goto(pages.url)
    const render = (isThere: boolean) =>
      page.evaluate(
        ([url, is]) => {
          window.reactPage.renderLock({ url, room: 'budget', user: { name: 'Ben' } }, is)
        },
        [application.url, isThere] as const,
      )
    await render(true)
    await shows('holder', 'Ann false')
    await page.locator('#lock').click()
    await anns.release()
    await shows('holder', 'Ben true')
    await page.locator('#unlock').click()
    await shows('holder', 'nobody false')
    await page.locator('#lock').click()
    await shows('holder', 'Ben true')
    const again = lock(room, 'cell', { waitMs: 60_000 })
    await render(false)
    expect((await again).isHeld).toBe(true)
    expect(room.getSnapshot().others.map(({ user }) => user.name)).toEqual(['Ben'])
    await room.leave()
  })

  it('[CL107] the fallback is shown until the room has been seen', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    await page.evaluate(() =>
      window.reactPage.render({ room: 'budget' }, { fallback: 'One moment', strict: true }),
    )
    const stream = await server.take('GET events')
    expect(await page.locator('main').textContent()).toBe('One moment')
    stream.stream().snapshot('e:1', [player('me', 7)])
    await shows('status', 'online')
    expect(await page.getByText('One moment').count()).toBe(0)
    expect(server.waiting('POST leave')).toBe(0)
  })

  it('[CL114] another user changes the member, and another room is another visit', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server)
    await page.evaluate(() =>
      window.reactPage.render({ room: 'budget', user: { name: 'Ann', color: '#e11d48' } }),
    )
    const renamed = await server.take('POST location')
    expect(renamed.query.get('name')).toBe('Ann')
    renamed.answer(200, { self: 'me', id: 'e:2' })
    expect(server.waiting('GET events')).toBe(0)
    await page.evaluate(() => window.reactPage.render({ room: 'minutes' }))
    const next = await server.take('GET events')
    expect(next.request.url).toContain('/rooms/minutes/')
    expect((await server.take('POST leave')).request.url).toContain('/rooms/budget/')
    await stream.closed
    next.stream().snapshot('f:1', [player('me', 1)])
    await shows('count', '0')
  })

  it('[CL114] the headers of requests are those of the last render', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.goto(server.url)
    const render = (token: string) =>
      page.evaluate((said) => {
        window.reactPage.render({ room: 'budget', headers: () => ({ authorization: said }) })
      }, token)
    await render('one')
    const stream = await server.take('GET events')
    expect(stream.request.headers.authorization).toBe('one')
    stream.stream().snapshot('e:1', [player('me', 7)])
    await shows('status', 'online')
    await render('two')
    await page.locator('#mine').click()
    expect((await server.take('POST location')).request.headers.authorization).toBe('two')
  })

  it('[CL114] headers that come after the first render are those of another visit', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await opened(server)
    expect(stream.request.headers.authorization).toBeUndefined()
    await page.evaluate(() => {
      window.reactPage.render({ room: 'budget', headers: () => ({ authorization: 'one' }) })
    })
    const next = await server.take('GET events')
    expect(next.request.headers.authorization).toBe('one')
    await stream.closed
  })

  it.each([undefined, 'One moment'])(
    '[CL105 CL107] a page that a server rendered goes on in the browser, with the fallback %j',
    async (fallback) => {
      await using server = await ScriptedServer.listen(html)
      const options = { room: 'budget', location: { x: 3, y: 0 }, url: server.url }
      const given = fallback === undefined ? {} : { fallback }
      const markup = renderToString(
        createElement(context.RoomProvider, { ...options, ...given }, createElement(Everything)),
      )
      expect(markup).toContain(fallback ?? '3 -')
      await page.goto(server.url)
      await page.evaluate((given) => window.reactPage.hydrate(...given), [
        markup,
        options,
        fallback,
      ] as const)
      const stream = await server.take('GET events')
      stream.stream().snapshot('e:1', [player('me', 3), player('a', 1)])
      await shows('count', '1')
      expect(await page.evaluate(() => window.reactPage.mismatches.map(String))).toEqual([])
    },
  )
})

describe('ready parts', { timeout: 30_000 }, () => {
  const away = { ...player('Ann Lee', 10), status: 'away' as const }
  const bob = { ...player('Bob', 50), location: { x: 50, y: 25 } }

  async function parts(server: ScriptedServer, how = {}): Promise<Exchange> {
    await page.goto(server.url)
    await page.evaluate((given) => window.reactPage.renderParts({ room: 'budget' }, given), how)
    const stream = await server.take('GET events')
    stream.stream().snapshot('e:1', [player('me', 7), away, bob, player('C', 1)], 3)
    await page.getByText('Live').waitFor()
    return stream
  }

  it('[CL108] members and the status are there for a screen reader', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await parts(server)
    const people = page.getByRole('region', { name: 'Who is here' })
    expect(await people.getByRole('img', { name: 'Ann Lee, away' }).textContent()).toBe('AL')
    expect(await people.getByRole('img').count()).toBe(2)
    expect(await people.getByText('3 watching').count()).toBe(1)
    await people.getByRole('button', { name: '1 more: show everybody' }).click()
    expect(await page.getByRole('region', { name: 'Everybody' }).innerText()).toBe(
      'Ann Lee, away\nBob\nC',
    )
    expect(await page.getByRole('status').textContent()).toBe('Live')
    stream.response.destroy()
    await page.getByRole('status').filter({ hasText: 'Reconnecting…' }).waitFor()
  })

  it('[CL103] the status is rendered when it changes, and not when anything else does', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await parts(server)
    const before = await renders()
    expect(before['status line']).toBeGreaterThan(0)
    stream.event('patch', { move: { Bob: { x: 60, y: 25 } }, watching: 4 }, 'e:2')
    await page.getByText('4 watching').waitFor()
    expect(await renders()).toEqual(before)
    stream.response.destroy()
    await page.getByRole('status').filter({ hasText: 'Reconnecting…' }).waitFor()
    expect((await renders())['status line']).toBeGreaterThan(before['status line']!)
  })

  it('[CL108] avatars that can be chosen are buttons', async () => {
    await using server = await ScriptedServer.listen(html)
    await parts(server, { withButtons: true })
    await page.getByRole('button', { name: 'Bob' }).first().focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: '1 more: show everybody' }).click()
    await page.getByRole('button', { name: 'C', exact: true }).click()
    expect(await page.evaluate(() => window.reactPage.chosen)).toEqual(['Bob', 'C'])
    expect(await page.getByRole('region', { name: 'Everybody' }).count()).toBe(0)
  })

  const cursor = (id: string) => page.locator(`.whereabouts-cursor[data-member="${id}"]`)
  const placeOf = async (id: string) => {
    const [board, arrow] = [
      await page.locator('#board').boundingBox(),
      await cursor(id).locator('svg').boundingBox(),
    ]
    return [arrow!.x - board!.x, arrow!.y - board!.y]
  }

  it('[CL109] pointers are at their share of the container, and glide', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await parts(server)
    expect(await placeOf('Bob')).toEqual([200, 50])
    expect(await cursor('me').count()).toBe(0)
    await page.locator('#board').hover({ position: { x: 100, y: 150 } })
    expect((await server.take('POST location')).body).toBe('{"x":25,"y":75}')
    const glided = cursor('Bob').evaluate((element) =>
      new Promise((end) => element.addEventListener('transitionend', end)).then(() => true),
    )
    stream.event('patch', { move: { Bob: { x: 100, y: 100 } } }, 'e:2')
    expect(await glided).toBe(true)
    expect(await placeOf('Bob')).toEqual([400, 200])
    stream.event('patch', { move: { Bob: null } }, 'e:3')
    await cursor('Bob').waitFor({ state: 'detached' })
  })

  it('[CL109] pointers are in a field of the locations, if the application says so', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await parts(server, { inField: true })
    expect(await cursor('Bob').count()).toBe(0)
    await page.locator('#board').hover({ position: { x: 100, y: 150 } })
    expect((await server.take('POST location')).body).toBe('{"slide":3,"pointer":{"x":25,"y":75}}')
    const there = { slide: 3, pointer: { x: 50, y: 25 } }
    stream.event('patch', { move: { Bob: there } }, 'e:2')
    await cursor('Bob').waitFor()
    stream.event('patch', { move: { Bob: { ...there, pointer: null } } }, 'e:3')
    await cursor('Bob').waitFor({ state: 'detached' })
  })

  it('[CL108] a user’s picture is in the avatar, which has the name', async () => {
    await using server = await ScriptedServer.listen(html)
    const stream = await parts(server)
    const avatar = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='
    const cy = { ...bob, id: 'Cy', user: { ...bob.user, name: 'Cy', avatar } }
    stream.event('patch', { leave: ['Ann Lee'], join: [cy] }, 'e:2')
    stream.event('patch', { leave: ['C'] }, 'e:3')
    const shown = page.getByRole('img', { name: 'Cy' })
    expect(await shown.locator('img').getAttribute('src')).toBe(avatar)
    expect(await shown.textContent()).toBe('')
  })

  it('[CL109] who wants less motion sees pointers where they are at once', async () => {
    await using server = await ScriptedServer.listen(html)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await parts(server)
    expect(await cursor('Bob').evaluate((element) => element.style.transition)).toMatch(/^none/)
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    await expect
      .poll(() => cursor('Bob').evaluate((element) => element.style.transition))
      .toContain('transform')
  })
})
