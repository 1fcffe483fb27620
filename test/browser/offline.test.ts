import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { startBoth } from '../auth/both.js'
import { launchChromium } from '../chromium.js'
import { freePort } from '../servers/free-port.js'
import { Front } from './front.js'
import {
  countWorkers,
  lookAgain,
  openTab,
  type Place,
  readKept,
  startKept,
  untilKept,
  untilReads,
} from './keeping.js'
import { ann } from './office.js'
import { fetchDocument, OfficeWindow } from './office-window.js'
import { SheetWindow } from './sheet-window.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

async function place(): Promise<Place & AsyncDisposable> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-offline-'))
  const remove = () => rm(dataDir, { recursive: true, force: true })
  return { dataDir, port: await freePort(), [Symbol.asyncDispose]: remove }
}

/** Opens a page, writes into it, and waits until the browser has the application. */
async function openKept(
  baseUrl: string,
  context: BrowserContext,
  text = 'written online',
): Promise<OfficeWindow> {
  const window = await OfficeWindow.open(browser, {
    baseUrl,
    path: '/pages/notes',
    person: ann,
    context,
  })
  await window.untilOpen()
  await window.text.click()
  await window.page.keyboard.type(text)
  await window.untilSaved()
  await untilKept(window.page)
  return window
}

const saving = (page: Page) => expect.poll(() => page.locator('.saving').textContent())
const row = (page: Page, room: string) => page.getByRole('listitem').filter({ hasText: room })
const news = (page: Page) => page.locator('.new-version')
const textOf = async (baseUrl: string) =>
  (await fetchDocument(baseUrl, 'notes')).getText('text').toJSON()

describe('without the server', () => {
  it('[OF25 OF28 OF31] Home, a page and a sheet open, and edits arrive when it is back', async () => {
    await using where = await place()
    const server = await startKept(where)
    const { baseUrl } = server
    await using context = await browser.newContext({
      permissions: ['clipboard-read', 'clipboard-write'],
      viewport: { width: 1_200, height: 700 },
    })
    const sheet = await SheetWindow.open(browser, { baseUrl, room: 'budget', person: ann, context })
    await sheet.write('B2', '=6*7')
    const anns = await openKept(baseUrl, context)
    const home = await openTab(context, baseUrl)
    await expect.poll(() => row(home, 'notes').textContent()).toContain('available offline')
    await server.kill()

    await anns.page.reload()
    await untilReads(anns.page, 'written online')
    await anns.text.click()
    await anns.page.keyboard.press('Control+End')
    await anns.page.keyboard.type(', and offline')
    await saving(anns.page).toBe('Not saved yet, kept in this browser')
    await home.reload()
    await expect.poll(() => row(home, 'budget').textContent()).toContain('available offline')
    await sheet.page.reload()
    await sheet.untilOpen()
    await sheet.untilShows('B2', '42')
    await sheet.write('A1', 'offline')
    await saving(sheet.page).toBe('Not saved yet, kept in this browser')
    for (const { page } of [anns, sheet]) await page.close()
    const later = await openTab(context, `${baseUrl}/pages/notes`)
    await untilReads(later, 'written online, and offline')

    await using back = await startKept(where)
    await later.locator('.saving[data-saving="saved"]').waitFor({ state: 'attached' })
    await expect.poll(() => textOf(back.baseUrl)).toContain('written online, and offline')
    const again = await openTab(context, `${baseUrl}/sheets/budget`)
    await again.locator('.saving[data-saving="saved"]').waitFor({ state: 'attached' })
    const stored = await fetch(`${back.baseUrl}/rooms/budget/document`)
    expect(Buffer.from(await stored.arrayBuffer()).includes('offline')).toBe(true)
  })

  it('[OF26] nothing is kept but the application’s own files and its page', async () => {
    await using server = await startKept()
    await using context = await browser.newContext()
    const { page } = await openKept(server.baseUrl, context)
    await page.reload()
    await untilReads(page, 'written online')
    await page.goto(`${server.baseUrl}/THIRD-PARTY-NOTICES.txt`)
    await page.goto(`${server.baseUrl}/`)
    const [paths, ...more] = Object.values(await readKept(page))
    expect(more).toEqual([])
    const files = paths!.filter((path) => path !== '/')
    expect(paths!.length - files.length).toBe(1)
    expect(files.length).toBeGreaterThan(20)
    for (const file of files) expect(file).toMatch(/^\/assets\/[\w.-]+-[\w-]{8}\.(?:js|css|svg)$/)
  })
})

describe('a proxy before the server', () => {
  const page = (body: string) => ({
    headers: { 'content-type': 'text/html' },
    body: `<h1>${body}</h1>`,
  })
  const isNavigation = (headers: { readonly [name: string]: unknown }) =>
    headers['sec-fetch-mode'] === 'navigate'

  it('[OF27] has its say while it answers for the server: a login, a refusal, and a server that is gone', async () => {
    const server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    await using context = await browser.newContext()
    const { page: window } = await openKept(front.baseUrl, context)
    const address = `${front.baseUrl}/pages/notes`
    const before = await readKept(window)

    front.answer = ({ url, headers }) => {
      if (url === '/login-of-the-proxy') return { status: 200, ...page('Log in here') }
      return isNavigation(headers)
        ? { status: 302, headers: { location: '/login-of-the-proxy' } }
        : undefined
    }
    await window.goto(address)
    expect(await window.textContent('h1')).toBe('Log in here')
    expect(window.url()).toBe(`${front.baseUrl}/login-of-the-proxy`)
    for (const status of [401, 403, 500]) {
      front.answer = ({ headers }) =>
        isNavigation(headers) ? { status, ...page(`Refused: ${status}`) } : undefined
      expect((await window.goto(address))?.status()).toBe(status)
      expect(await window.textContent('h1')).toBe(`Refused: ${status}`)
    }
    front.answer = ({ headers }) =>
      isNavigation(headers) ? { status: 503, ...page('Away') } : undefined
    await window.goto(address)
    await untilReads(window, 'written online')
    front.answer = () => undefined
    await server.kill()
    await window.reload()
    await untilReads(window, 'written online')
    expect(await readKept(window)).toEqual(before)
  })

  it('[OF27] has 5 s for an answer', async () => {
    await using server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    await using context = await browser.newContext()
    const { page: window } = await openKept(front.baseUrl, context)
    front.hold = ({ headers }) => isNavigation(headers)
    await window.reload()
    await untilReads(window, 'written online')
  })

  it.each([
    ['is redirected to a login', { status: 302, headers: { location: '/sheets/login' } }],
    ['is a login with status 200', { status: 200, ...page('Log in here') }],
    ['is refused', { status: 403, ...page('No') }],
  ])('[OF26] what the worker asks for %s, and nothing is kept', async (_what, answer) => {
    await using server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    front.answer = ({ url, headers }) =>
      url === '/' && !isNavigation(headers) ? answer : undefined
    await using context = await browser.newContext()
    const { page: window } = await OfficeWindow.open(browser, {
      baseUrl: front.baseUrl,
      path: '/pages/notes',
      person: ann,
      context,
    })
    await expect.poll(() => front.asked).toContain('/')
    await expect.poll(() => countWorkers(window)).toBe(0)
    expect(await readKept(window)).toEqual({})
  })
})

it('[OF27 OF32] somebody who signed out is led to the login, and told what stays', async () => {
  await using both = await startBoth({ variables: { WHEREABOUTS_OFFLINE: 'on' } })
  const { publicUrl, provider } = both
  await using context = await browser.newContext()
  const page = await openTab(context, `${publicUrl}/pages/notes`)
  await page.getByPlaceholder('Enter any login').fill('ann')
  await page.getByPlaceholder('and password').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator('main[aria-busy="false"]').waitFor()
  await untilKept(page)
  await page.reload()
  await page.getByRole('button', { name: 'ann of the provider (you): account' }).click()
  await page.getByText('keeps them after you sign out').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(`${provider.url}/**`)
  const { text } = await call(`${publicUrl}/logout`)
  expect(text).toContain('Documents that you opened stay in this browser')
  // The provider would still know her.
  await context.clearCookies()
  await page.goto(`${publicUrl}/pages/notes`)
  await page.getByPlaceholder('Enter any login').waitFor()
  expect(page.url()).toMatch(provider.url)
})

describe('a new version', () => {
  /** Makes the server look like one of another version. */
  const upgrade = (front: Front, entry: string) => {
    front.change = (text) => text.replaceAll(entry, 'index-NEXTNEXT.js')
    front.answer = ({ url = '' }) => (url === `/assets/${entry}` ? { status: 404 } : undefined)
    front.rename = { from: '/assets/index-NEXTNEXT.js', to: `/assets/${entry}` }
  }
  const entryOf = (page: Page) =>
    page.evaluate(() => {
      const script = document.querySelector<HTMLScriptElement>('script[type="module"]')
      return script!.src.split('/').at(-1)!
    })

  it('[OF29] is said when it is there, and taken when the user says so, with all that was written', async () => {
    await using server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    await using context = await browser.newContext()
    const anns = await openKept(front.baseUrl, context, 'saved')
    const { page } = anns
    await page.reload()
    const other = await openTab(context, `${front.baseUrl}/pages/other`)
    await other.locator('main[aria-busy="false"]').waitFor()
    const old = await entryOf(page)
    upgrade(front, old)
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
    const hears = async () => {
      await lookAgain(page)
      return news(page).count()
    }
    await expect.poll(hears).toBe(1)
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

  it('[OF29] that a window was loaded with is taken without a word', async () => {
    await using server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    await using context = await browser.newContext()
    const { page } = await openKept(front.baseUrl, context)
    upgrade(front, await entryOf(page))
    await page.reload()
    expect(await entryOf(page)).toBe('index-NEXTNEXT.js')
    const names = async () => Object.keys(await readKept(page)).length
    await expect.poll(names).toBe(2)
    const isActive = () =>
      page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting === null)
    await expect.poll(isActive).toBe(true)
    expect(await news(page).count()).toBe(0)
    await server.kill()
    await page.reload()
    expect(await entryOf(page)).toBe('index-NEXTNEXT.js')
    await untilReads(page, 'written online')
  })

  it('[OF33] of the protocol closes the room, says to reload, and keeps what was written', async () => {
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
      .toMatch(/^Closed: The server speaks version 2 of the protocol.* Reload the page/)
    await untilReads(page, 'saved, unsaved')
    front.change = (text) => text
    front.answer = () => undefined
    await page.reload()
    await untilReads(page, 'saved, unsaved')
    await anns.untilSaved()
  })
})

describe('two applications on one host', () => {
  it('[OF30 OF34] are kept apart', async () => {
    const [one, two] = await Promise.all([startKept(), startKept()])
    await using front = await Front.before({ '/one': one.baseUrl, '/two': two.baseUrl })
    await using context = await browser.newContext()
    const first = await openKept(`${front.baseUrl}/one`, context, 'of one')
    const second = await openKept(`${front.baseUrl}/two`, context, 'of two')
    const kept = await readKept(first.page)
    expect(Object.keys(kept).toSorted()).toEqual([
      expect.stringMatching(`^whereabouts offline ${front.baseUrl}/one/ `),
      expect.stringMatching(`^whereabouts offline ${front.baseUrl}/two/ `),
    ])
    for (const [name, paths] of Object.entries(kept)) {
      const [, path] = /(\/(?:one|two)\/) /.exec(name)!
      expect(paths.filter((each) => !each.startsWith(path!))).toEqual([])
    }
    const session = await context.newCDPSession(second.page)
    const manifest = await session.send('Page.getAppManifest')
    expect(manifest.errors).toEqual([])
    expect(manifest.url).toBe(`${front.baseUrl}/two/manifest.webmanifest`)
    expect(manifest.manifest).toMatchObject({
      startUrl: `${front.baseUrl}/two/`,
      scope: `${front.baseUrl}/two/`,
    })

    await one.kill()
    await two.kill()
    await first.page.reload()
    await untilReads(first.page, 'of one')
    await second.page.reload()
    await untilReads(second.page, 'of two')
    const home = await openTab(context, `${front.baseUrl}/two/`)
    await expect.poll(() => row(home, 'notes').textContent()).toContain('available offline')
  })
})

describe('an operator', () => {
  it('[OP37] ends it, and the browser drops what it kept', async () => {
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

it('[OF25 OF31] over plain http nothing is kept, and nothing says so', async () => {
  await using server = await startKept()
  const { port } = new URL(server.baseUrl)
  const plain = await launchChromium({ args: ['--host-resolver-rules=MAP intranet 127.0.0.1'] })
  try {
    const baseUrl = `http://intranet:${port}`
    await using anns = await OfficeWindow.open(plain, {
      baseUrl,
      path: '/pages/notes',
      person: ann,
    })
    await anns.untilOpen()
    await anns.text.click()
    await anns.page.keyboard.type('written')
    await anns.untilSaved()
    expect(await anns.page.evaluate(() => 'serviceWorker' in navigator)).toBe(false)
    await anns.page.goto(`${baseUrl}/`)
    await anns.page.getByText('This browser has a copy of 1 document.').waitFor()
    expect(await row(anns.page, 'notes').textContent()).not.toContain('offline')
    expect(anns.requests.filter(({ url }) => url.endsWith('/offline.js'))).toEqual([])
    expect(anns.complaints).toEqual([])
  } finally {
    await plain.close()
  }
})

it('[OF32] Home removes the copies of documents after a question', async () => {
  await using server = await startKept()
  await using context = await browser.newContext()
  const { page } = await openKept(server.baseUrl, context)
  await page.goto(`${server.baseUrl}/`)
  await page.getByText('This browser has a copy of 1 document, for when').waitFor()
  await page.getByRole('button', { name: 'Remove copies' }).click()
  await page.getByText('Edits that the server doesn’t have would be lost.').waitFor()
  await page.getByRole('button', { name: 'Keep' }).click()
  await page.getByRole('button', { name: 'Remove copies' }).click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('Removed. Documents that are open in other windows').waitFor()
  await page.getByText('This browser has').waitFor({ state: 'detached' })
  const names = () =>
    page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  expect((await names()).filter((name) => name?.includes('/rooms/'))).toEqual([])
  await server.stop()
  await page.goto(`${server.baseUrl}/pages/notes`)
  await page.getByText('Loading the page…').waitFor()
  expect(await page.getByText('written online').count()).toBe(0)
})
