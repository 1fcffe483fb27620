import { randomUUID } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { claims, signHs } from '../auth/tokens.js'
import { launchChromium } from '../chromium.js'
import { type RunningServer, startServer } from '../servers/standalone.js'

const SECRET = 'a secret of at least thirty-two bytes'

let server: RunningServer
let browser: Browser
beforeAll(async () => {
  server = await startServer({}, 0, [], {
    WHEREABOUTS_AUTH: 'jwt',
    WHEREABOUTS_JWT_SECRET: SECRET,
    WHEREABOUTS_JWT_COOKIE: 'token',
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

/** Opens a window of a new profile, in which somebody is signed in. */
async function openAs(user: string) {
  const context = await browser.newContext()
  const be = async (somebody: string) => {
    await context.clearCookies()
    const value = await signHs(SECRET, claims({ sub: somebody }))
    await context.addCookies([{ name: 'token', value, url: server.baseUrl, httpOnly: true }])
  }
  await be(user)
  return { context, page: await context.newPage(), be }
}

const box = (page: Page) => page.getByRole('textbox', { name: 'Page' })

it('[OF35 CL96] the next user of a browser sees no copy of the one before, and posts nothing of it', async () => {
  const { context, page: hers, be } = await openAs('ann')
  await hers.goto(`${server.baseUrl}/pages/plan`)
  await box(hers).click()
  await hers.keyboard.type('agreed. ')
  // Another browser shows what the server has.
  const { context: elsewhere, page: witness } = await openAs('cleo')
  await witness.goto(`${server.baseUrl}/pages/plan`)
  const stored = () => box(witness).textContent()
  await expect.poll(stored).toContain('agreed')
  await context.route('**/rooms/**', (route) => route.abort())
  await hers.keyboard.type('I resign')
  await hers.getByText('Not saved yet, kept in this browser').first().waitFor()
  // A page that closes would post what is left.
  const crashed = hers.waitForEvent('crash')
  void (await context.newCDPSession(hers)).send('Page.crash').catch(() => {})
  await crashed
  await hers.close()
  await context.unroute('**/rooms/**')

  await be('bob')
  const his = await context.newPage()
  await his.goto(server.baseUrl)
  await his.getByRole('heading').first().waitFor()
  expect(await his.locator('a[href*="pages/plan"]').count()).toBe(0)
  await his.goto(`${server.baseUrl}/pages/plan`)
  await expect.poll(() => box(his).textContent()).toContain('agreed.')
  await box(his).click()
  await his.keyboard.type('seen. ')
  await expect.poll(stored).toContain('seen')
  expect(await stored()).not.toContain('resign')
  expect(await box(his).textContent()).not.toContain('resign')
  await his.close()

  await be('ann')
  const again = await context.newPage()
  await again.goto(`${server.baseUrl}/pages/plan`)
  await expect.poll(stored).toContain('I resign')
  await context.close()
  await elsewhere.close()
})

it.each([
  [
    'while the server doesn’t say who it is',
    async (page: Page) => {
      await page.route('**/session', (route) => route.abort())
      await page.reload()
    },
  ],
  ['in a window that is open', async () => {}],
])(
  '[OF35 DO58] what somebody wrote isn’t posted as the next user, %s',
  async (_when, change) => {
    const { context, page, be } = await openAs('ann')
    const { context: elsewhere, page: witness } = await openAs('cleo')
    const address = `${server.baseUrl}/pages/plan-${randomUUID()}`
    await page.goto(address)
    await box(page).click()
    await page.keyboard.type('agreed. ')
    await witness.goto(address)
    await expect.poll(() => box(witness).textContent()).toContain('agreed')
    const posts = '**/document*'
    await page.route(posts, (route) => route.abort())
    await page.keyboard.type('I resign')
    await page.getByText('Not saved yet, kept in this browser').first().waitFor()

    await be('bob')
    await change(page)
    const refused = page.waitForResponse((response) => response.status() === 403)
    await page.unroute(posts)
    await refused
    await page.unroute('**/session')
    // The window opens again as Bob's.
    await expect.poll(() => box(page).textContent(), { timeout: 45_000 }).not.toContain('resign')
    await expect.poll(() => box(page).textContent()).toContain('agreed')
    expect(await box(witness).textContent()).not.toContain('resign')

    await be('ann')
    await page.reload()
    await expect.poll(() => box(witness).textContent()).toContain('I resign')
    await context.close()
    await elsewhere.close()
  },
  90_000,
)
