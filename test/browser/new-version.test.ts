import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { startBoth } from '../auth/both.js'
import { Front } from './front.js'
import {
  countWorkers,
  it,
  lookAgain,
  openKept,
  openTab,
  place,
  readKept,
  row,
  saving,
  startKept,
  textOf,
  untilKept,
  untilReads,
} from './keeping.js'
import { ann } from './office.js'
import { SheetWindow } from './sheet-window.js'

const news = (page: Page) => page.locator('.new-version')

/** Looks at a window now and then until it says that there is a new version. */
async function untilNews(page: Page): Promise<void> {
  const hears = async () => {
    await lookAgain(page)
    return news(page).count()
  }
  await expect.poll(hears, { interval: 500 }).toBe(1)
}

describe('a new version', () => {
  /** Makes the server look like one of another version than that of a window; returns its old script. */
  const upgrade = async (front: Front, page: Page) => {
    const entry = await entryOf(page)
    const [name = ''] = Object.keys(await readKept(page))
    const version = name.split(' ').at(-1)!
    front.change = (text) =>
      text.replaceAll(entry, 'index-NEXTNEXT.js').replaceAll(version, 'the next version')
    front.answer = ({ url = '' }) => (url === `/assets/${entry}` ? { status: 404 } : undefined)
    front.rename = { from: '/assets/index-NEXTNEXT.js', to: `/assets/${entry}` }
    return entry
  }
  const entryOf = (page: Page) =>
    page.evaluate(() => {
      const script = document.querySelector<HTMLScriptElement>('script[type="module"]')
      return script!.src.split('/').at(-1)!
    })

  it('[OF29] is said when it is there, and taken when the user says so, with all that was written', async ({
    browser,
  }) => {
    await using server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    await using context = await browser.newContext()
    const anns = await openKept(front.baseUrl, context, 'saved')
    const { page } = anns
    await page.reload()
    const other = await openTab(context, `${front.baseUrl}/pages/other`)
    await other.locator('main[aria-busy="false"]').waitFor()
    const old = await upgrade(front, page)
    const answer = front.answer
    front.answer = (request) =>
      request.method === 'POST' && request.url?.includes('/document')
        ? { status: 503 }
        : answer(request)
    await untilReads(page, 'saved')
    await anns.text.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type(', unsaved')
    await saving(page).toMatch(/^Not saved yet, kept/)
    // The window follows the worker from 5 s after its start.
    await untilNews(page)
    expect(await entryOf(page)).toBe(old)
    await news(page).getByRole('button', { name: 'Reload' }).click()
    await expect.poll(() => entryOf(page).catch(() => old)).toBe('index-NEXTNEXT.js')
    await untilReads(page, 'saved, unsaved')
    front.answer = answer
    await anns.untilSaved()
    expect(await textOf(server.baseUrl)).toContain('saved, unsaved')

    // The other window goes on with its own version, which the server no longer has.
    await news(other).waitFor()
    expect(await entryOf(other)).toBe(old)
    const status = await other.evaluate(
      async (file) => (await fetch(`/assets/${file}`)).status,
      old,
    )
    expect(status).toBe(200)
    expect((await call(`${front.baseUrl}/assets/${old}`)).status).toBe(404)
    await news(other).getByRole('button', { name: 'Reload' }).click()
    await expect.poll(() => entryOf(other).catch(() => old)).toBe('index-NEXTNEXT.js')
    await news(other).waitFor({ state: 'detached' })
  })

  it('[OF29] that a window was loaded with is taken without a word', async ({ browser }) => {
    await using server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    await using context = await browser.newContext()
    const { page } = await openKept(front.baseUrl, context)
    await upgrade(front, page)
    await page.reload()
    expect(await entryOf(page)).toBe('index-NEXTNEXT.js')
    const names = async () => Object.keys(await readKept(page)).length
    await expect.poll(names).toBe(2)
    const coming = () =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration()
        return registration?.installing ?? registration?.waiting ?? null
      })
    await expect.poll(coming).toBe(null)
    expect(await news(page).count()).toBe(0)
    await server.kill()
    await page.reload()
    expect(await entryOf(page)).toBe('index-NEXTNEXT.js')
    await untilReads(page, 'written online')
  })

  it('[OF29] is taken after the text of an open cell is in the document', async ({ browser }) => {
    await using server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    const permissions = ['clipboard-read', 'clipboard-write']
    await using context = await browser.newContext({
      permissions,
      viewport: { width: 1_200, height: 700 },
    })
    const { baseUrl } = front
    const sheet = await SheetWindow.open(browser, { baseUrl, room: 'budget', person: ann, context })
    const { page } = sheet
    await untilKept(page)
    await upgrade(front, page)
    await untilNews(page)
    await sheet.select('B2')
    await page.keyboard.type('half typed')
    await news(page).getByRole('button', { name: 'Reload' }).click()
    await expect.poll(() => entryOf(page).catch(() => '')).toBe('index-NEXTNEXT.js')
    await sheet.untilOpen()
    await sheet.untilShows('B2', 'half typed')
  })

  it('[OF33] of the protocol closes the room, says to reload, and keeps what was written', async ({
    browser,
  }) => {
    await using server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    await using context = await browser.newContext()
    const anns = await openKept(front.baseUrl, context, 'saved')
    const { page } = anns
    front.change = (text) => text.replace('"protocol":1', '"protocol":2')
    front.answer = ({ method, url = '' }) =>
      method === 'POST' && url.includes('/document') ? { status: 503 } : undefined
    await anns.text.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type(', unsaved')
    await saving(page).toMatch(/^Not saved yet, kept/)
    front.cut()
    await expect
      .poll(() => anns.status.textContent())
      .toMatch(/^Closed: The server has another version than this page. Reload it/)
    await untilReads(page, 'saved, unsaved')
    front.change = (text) => text
    front.answer = () => undefined
    await page.reload()
    await untilReads(page, 'saved, unsaved')
    await anns.untilSaved()
  })
})

describe('an operator', () => {
  it('[OP37] ends it, and the browser drops what it kept', async ({ browser }) => {
    await using where = await place()
    const server = await startKept(where)
    await using context = await browser.newContext()
    const { page } = await openKept(server.baseUrl, context)
    expect(await countWorkers(page)).toBe(1)
    await server.stop()
    await using off = await startKept(where, { WHEREABOUTS_OFFLINE: 'off' })
    const { text } = await call(off.baseUrl, { headers: { accept: 'text/html' } })
    expect(text).not.toContain('manifest')
    await page.reload()
    await untilReads(page, 'written online')
    await expect.poll(() => countWorkers(page)).toBe(0)
    await expect.poll(() => readKept(page)).toEqual({})
    const home = await openTab(context, off.baseUrl)
    await home.getByText('This browser has a copy of 1 document.').waitFor()
    expect(await row(home, 'notes').textContent()).not.toContain('offline')
  })

  it('[OP38 OF34] serves the worker, the manifest and its icons to everybody', async () => {
    await using both = await startBoth({ variables: { WHEREABOUTS_OFFLINE: 'on' } })
    const { publicUrl } = both
    const read = async (path: string) => {
      const { status, headers, text } = await call(publicUrl + path)
      expect({ path, status, headers }).toMatchObject({
        status: 200,
        headers: { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' },
      })
      return { type: headers['content-type'], text }
    }
    expect((await read('/offline.js')).type).toMatch(/^text\/javascript/)
    const { type, text } = await read('/manifest.webmanifest')
    expect(type).toMatch(/^application\/manifest\+json/)
    const manifest = JSON.parse(text) as { readonly icons: readonly { readonly src: string }[] }
    expect(manifest).toMatchObject({
      name: 'whereabouts',
      display: 'standalone',
      start_url: './',
      scope: './',
    })
    for (const { src } of manifest.icons) expect((await read(`/${src}`)).type).toBe('image/png')
    const { status } = await call(`${publicUrl}/pages/notes`, { headers: { accept: 'text/html' } })
    expect(status).toBe(303)
  })
})
