import type { Member } from '@whereabouts/client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.js'
import { freePort } from '../servers/free-port.js'
import { startServer } from '../servers/standalone.js'
import { startBoth } from './both.js'
import { guideVariables } from './guide.js'
import { claims, signHs } from './tokens.js'
import { Visitor } from './visitor.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const account = (page: Page, name: string) =>
  page.getByRole('button', { name: `${name} (you): account` })
const status = (page: Page) => page.locator('.status output')
const dialog = (page: Page) => page.locator('.person-dialog')

/** Logs in on the provider's page in the window. */
async function logIn(page: Page, login: string): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(login)
  await page.getByPlaceholder('and password').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

/** Opens a window with a new profile. */
async function openWindow(): Promise<{ context: BrowserContext; page: Page } & AsyncDisposable> {
  const context = await browser.newContext()
  const page = await context.newPage()
  return { context, page, [Symbol.asyncDispose]: () => context.close() }
}

async function untilOpen(page: Page): Promise<void> {
  await page.locator('main[aria-busy="false"]').waitFor({ timeout: 60_000 })
  await expect.poll(() => status(page).textContent()).toBe('Live')
}

describe('in a browser', () => {
  it('[OP22 OP23 OP27 OP32] a user logs in, is known on every page, and signs out', async () => {
    await using both = await startBoth()
    const { publicUrl } = both
    await using window = await openWindow()
    const { page } = window
    await page.goto(`${publicUrl}/pages/notes?x=1#part`)
    expect(new URL(page.url()).origin).toBe(both.provider.url)
    await logIn(page, 'ann')
    await untilOpen(page)
    expect(page.url()).toMatch(`${publicUrl}/pages/notes?x=1`)
    // The server knows who she is, so she isn't asked.
    await account(page, 'ann of the provider').waitFor()
    expect(await dialog(page).count()).toBe(0)
    const bob = new Visitor()
    await bob.logIn(await bob.go(publicUrl), 'bob')
    const room = await bob.ask(`${publicUrl}/rooms/notes/location`)
    expect(JSON.parse(room.text)).toMatchObject({
      members: [{ user: { id: 'ann', name: 'ann of the provider' } }],
    })
    await page.goto(publicUrl)
    await account(page, 'ann of the provider').click()
    expect(await page.getByText('No account is needed').count()).toBe(0)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${both.provider.url}/**`)
    await page.getByRole('button', { name: /Yes/ }).click()
    await page.waitForURL('**/success')
    const cookies = (await window.context.cookies(publicUrl)).map(({ name }) => name)
    expect(cookies.filter((name) => name.startsWith('whereabouts-session'))).toEqual([])
    await page.goto(`${publicUrl}/sheets/budget`)
    expect(new URL(page.url()).origin).toBe(both.provider.url)
  })

  it('[OP26 OP33] a session is renewed unnoticed while the page is open', async () => {
    await using both = await startBoth({ tokensS: 20, hasRefresh: true })
    const { publicUrl } = both
    const bob = new Visitor()
    await bob.logIn(await bob.go(publicUrl), 'bob')
    await using window = await openWindow()
    const { page } = window
    const asked: string[] = []
    page.on('request', (request) => {
      asked.push(`${request.method()} ${new URL(request.url()).pathname}`)
    })
    const times = (what: string) => asked.filter((each) => each === what).length
    await page.goto(`${publicUrl}/pages/notes`)
    await logIn(page, 'ann')
    await untilOpen(page)
    const members = async () => {
      await bob.ask(`${publicUrl}/session`, { method: 'POST' })
      const { text } = await bob.ask(`${publicUrl}/rooms/notes/location`)
      const room = JSON.parse(text) as { readonly members: readonly Member[] }
      return room.members.map(({ id, status: how }) => `${id} ${how}`)
    }
    const before = await members()
    const streams = times('POST /streams')
    // Once with a renewed session, and once with a stream that was reopened at the session's end.
    const isRenewed = async () => {
      expect(await members()).toEqual(before)
      expect(await status(page).textContent()).toBe('Live')
      return times('POST /session') > 1 && times('POST /streams') > streams
    }
    await expect.poll(isRenewed, { timeout: 60_000, interval: 500 }).toBe(true)
    expect(before).toHaveLength(1)
  })

  it.each([
    ['page', '/pages/notes'],
    ['sheet', '/sheets/costs'],
  ])(
    '[OP33] a %s that closed at the end of the session is there again after a renewal',
    async (_, path) => {
      await using both = await startBoth({ tokensS: 10, hasRefresh: true })
      await using window = await openWindow()
      const { page } = window
      await page.goto(`${both.publicUrl}${path}`)
      await logIn(page, 'ann')
      await untilOpen(page)
      // Like a laptop that slept until the session had ended.
      await page.route('**/session', (route) => route.abort())
      await expect.poll(() => status(page).textContent(), { timeout: 60_000 }).toContain('Closed')
      await page.unroute('**/session')
      await expect.poll(() => status(page).textContent(), { timeout: 60_000 }).toBe('Live')
      await account(page, 'ann of the provider').waitFor()
    },
  )

  it('[OP33] a session is renewed although the first questions about it were lost', async () => {
    await using both = await startBoth({ tokensS: 10, hasRefresh: true })
    await using window = await openWindow()
    const { page } = window
    await page.goto(`${both.publicUrl}/pages/notes`)
    await logIn(page, 'ann')
    await untilOpen(page)
    let lost = 0
    await page.route('**/session', (route) => {
      lost += 1
      return lost > 2 ? route.continue() : route.abort()
    })
    await page.reload()
    await untilOpen(page)
    await page.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url().endsWith('/session'),
      { timeout: 30_000 },
    )
    expect(lost).toBeGreaterThan(2)
  })

  it('[OP32] a token in a cookie determines the user', async () => {
    const secret = 'the output of openssl rand -hex 32'
    const variables = guideVariables('jwt', { WHEREABOUTS_JWT_SECRET: secret })
    await using server = await startServer({}, 0, [], variables)
    const token = await signHs(
      secret,
      claims({ iss: 'https://app.example.com', aud: 'whereabouts', name: 'Ann Lee' }),
    )
    await using window = await openWindow()
    const name = variables['WHEREABOUTS_JWT_COOKIE']!
    await window.context.addCookies([{ name, value: token, url: server.baseUrl, httpOnly: true }])
    await window.page.goto(`${server.baseUrl}/sheets/budget`)
    await untilOpen(window.page)
    await account(window.page, 'Ann Lee').click()
    await window.page.getByText('Signed in as Ann Lee').waitFor()
    expect(await window.page.getByRole('button', { name: 'Sign out' }).count()).toBe(0)
    expect(await dialog(window.page).count()).toBe(0)
  })

  it('[OP32] a proxy determines the user', async () => {
    const port = await freePort()
    await using server = await startServer({}, port, [], guideVariables('proxy'))
    await using window = await openWindow()
    await window.context.setExtraHTTPHeaders({ 'X-Forwarded-User': 'ann' })
    await window.page.goto(`${server.baseUrl}/pages/notes`)
    await untilOpen(window.page)
    await account(window.page, 'ann').waitFor()
  })
})
