import { describe, expect } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { startBoth } from '../auth/both.js'
import { launchChromium } from '../chromium.js'
import { type Answer, Front } from './front.js'
import {
  countWorkers,
  it,
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
import { ann, bob } from './office.js'
import { OfficeWindow } from './office-window.js'
import { SheetWindow } from './sheet-window.js'

describe('without the server', () => {
  it('[OF25 OF28 OF31] Home, a page and a sheet open, and edits arrive when it is back', async ({
    browser,
  }) => {
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

  it('[DR16] the doctor opens, and says that the server can’t be reached', async ({ browser }) => {
    await using server = await startKept()
    await using context = await browser.newContext()
    const { page } = await openKept(server.baseUrl, context)
    await server.kill()
    await page.goto(`${server.baseUrl}/doctor`)
    await page.getByText('The server can’t be reached, or doesn’t let you in.').waitFor()
    const report = page.getByLabel('Report')
    await expect.poll(() => report.inputValue()).toContain('the server can’t be reached: ')
  })

  it('[OF48 CL127] a reload says of an edit that it isn’t saved, and nothing of what others wrote', async ({
    browser,
  }) => {
    await using where = await place()
    const server = await startKept(where)
    await using context = await browser.newContext()
    const { page, text } = await openKept(server.baseUrl, context)
    await using bobs = await OfficeWindow.open(browser, {
      baseUrl: server.baseUrl,
      path: '/pages/notes',
      person: bob,
    })
    await bobs.untilOpen()
    await bobs.text.click()
    await bobs.page.keyboard.press('Control+End')
    await bobs.page.keyboard.type(', and by Bob')
    await untilReads(page, 'written online, and by Bob')
    await bobs.untilSaved()
    await page.locator('.saving[data-saving="saved"]').waitFor({ state: 'attached' })
    await server.kill()
    await page.reload()
    await untilReads(page, 'written online, and by Bob')
    await expect.poll(() => page.locator('.saving').getAttribute('data-saving')).toBe('unknown')
    await text.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type(', and offline')
    await saving(page).toBe('Not saved yet, kept in this browser')
    await page.reload()
    await untilReads(page, ', and offline')
    await saving(page).toBe('Not saved yet, kept in this browser')
    await using _back = await startKept(where)
    await page.locator('.saving[data-saving="saved"]').waitFor({ state: 'attached' })
  })

  it('[OF26] nothing is kept but the application’s own files and its page', async ({ browser }) => {
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
    for (const file of files)
      expect(file).toMatch(/^\/assets\/[\w.-]+-[\w-]{8}\.(?:js|css|svg|woff2)$/)
  })
})

describe('a proxy before the server', () => {
  const page = (body: string) => ({
    headers: { 'content-type': 'text/html' },
    body: `<h1>${body}</h1>`,
  })
  const isNavigation = (headers: { readonly [name: string]: unknown }) =>
    headers['sec-fetch-mode'] === 'navigate'

  it('[OF27] has its say while it answers for the server: a login, a refusal, and a server that is gone', async ({
    browser,
  }) => {
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
    await expect.poll(() => window.textContent('h1')).toBe('Log in here')
    expect(window.url()).toBe(`${front.baseUrl}/login-of-the-proxy`)
    for (const status of [401, 403, 500]) {
      front.answer = ({ headers }) =>
        isNavigation(headers) ? { status, ...page(`Refused: ${status}`) } : undefined
      expect((await window.goto(address))?.status()).toBe(status)
      await expect.poll(() => window.textContent('h1')).toBe(`Refused: ${status}`)
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

  it('[OF27] has 5 s for an answer', async ({ browser }) => {
    await using server = await startKept()
    await using front = await Front.before({ '': server.baseUrl })
    await using context = await browser.newContext()
    const { page: window } = await openKept(front.baseUrl, context)
    front.hold = ({ headers }) => isNavigation(headers)
    await window.reload()
    await untilReads(window, 'written online')
  })

  it.for<readonly [what: string, answer: Answer]>([
    ['is redirected to a login', { status: 302, headers: { location: '/sheets/login' } }],
    ['is a login with status 200', { status: 200, ...page('Log in here') }],
    ['is refused', { status: 403, ...page('No') }],
  ])(
    '[OF26] what the worker asks for %s, and nothing is kept',
    async ([_what, answer], { browser }) => {
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
    },
  )
})

it('[OF27 OF32] somebody who signed out is led to the login, and told what stays', async ({
  browser,
}) => {
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

describe('two applications on one host', () => {
  it('[OF30 OF34] are kept apart', async ({ browser }) => {
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

it('[OF32] Home removes the copies of documents after a question', async ({ browser }) => {
  await using server = await startKept()
  await using context = await browser.newContext()
  const { page } = await openKept(server.baseUrl, context)
  await page.goto(`${server.baseUrl}/`)
  const lastWords = `whereabouts:last:1:${server.baseUrl}/rooms/notes`
  await page.evaluate((key) => localStorage.setItem(key, ' '), lastWords)
  await page.getByText('This browser has a copy of 1 document, for when').waitFor()
  await page.getByRole('button', { name: 'Remove copies' }).click()
  await page.getByText('Edits that the server doesn’t have would be lost.').waitFor()
  await page.getByRole('button', { name: 'Keep' }).click()
  await page.getByRole('button', { name: 'Remove copies' }).click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('Removed. Documents that are open in other windows').waitFor()
  await page.getByText(/^This browser has/).waitFor({ state: 'detached' })
  const names = () =>
    page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  expect((await names()).filter((name) => name?.includes('/rooms/'))).toEqual([])
  expect(await page.evaluate((key) => localStorage.getItem(key), lastWords)).toBeNull()
  await server.stop()
  await page.goto(`${server.baseUrl}/pages/notes`)
  await page.getByText('Loading the page…').waitFor()
  expect(await page.getByText('written online').count()).toBe(0)
})

it('[OF32 CL14] a window that has a document open makes a whole copy again after it was removed', async ({
  browser,
}) => {
  await using server = await startKept()
  await using context = await browser.newContext()
  await openKept(server.baseUrl, context)
  const home = await context.newPage()
  await home.goto(`${server.baseUrl}/`)
  await home.getByRole('button', { name: 'Remove copies' }).click()
  await home.getByRole('button', { name: 'Remove', exact: true }).click()
  await home.getByText('Removed. Documents that are open in other windows').waitFor()
  // It counts documents whose copy says which one of the server's it is, and no comments.
  const line = home.getByText(/^This browser has a copy of 1 document\b/)
  const hasCopy = async () => {
    await home.reload()
    return line.waitFor({ timeout: 5_000 }).then(
      () => true,
      () => false,
    )
  }
  await expect.poll(hasCopy, { timeout: 60_000 }).toBe(true)
})
