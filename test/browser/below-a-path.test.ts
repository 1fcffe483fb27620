import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { untilOpen } from '../auth/both.js'
import { oidcVariables, startProvider } from '../auth/provider.js'
import { launchChromium } from '../chromium.js'
import { freePort } from '../servers/free-port.js'
import { startNginx } from '../servers/nginx.js'
import { startServer } from '../servers/standalone.js'
import { size } from '../size.js'
import { ann, bob } from './office.js'
import { OfficeWindow } from './office-window.js'
import { SheetWindow } from './sheet-window.js'

const BASE = '/apps/where'
const HOST = '127.0.0.1'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** @param to the end of `proxy_pass`: with a slash, nginx removes the path */
const proxied = (port: number, to: string, more = '') => `
  server {
    listen ${HOST}:${port};
    location ${BASE}/ {
      proxy_pass ${to};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      ${more}
    }
  }`

const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

const SAYS = `proxy_set_header X-Forwarded-Prefix ${BASE};`

const PROXIES: readonly [string, '/' | '', string, { readonly [name: string]: string }][] = [
  [
    'removes the path and says another one without being trusted',
    '/',
    SAYS.replace(BASE, '/other'),
    {},
  ],
  ['removes the path and says so', '/', SAYS, { WHEREABOUTS_TRUSTED_PROXIES: HOST }],
  ['leaves the path', '', '', { WHEREABOUTS_BASE_PATH: BASE }],
]

describe.each(size(PROXIES.slice(-1), PROXIES))(
  'behind a proxy that %s',
  (_what, slash, more, variables) => {
    it('[OF16] people work together below the path, and nothing is asked for elsewhere', async () => {
      await using server = await startServer({}, 0, [], variables)
      const origin = `http://${HOST}:${await freePort()}`
      const baseUrl = origin + BASE
      const port = Number(new URL(origin).port)
      await using _nginx = await startNginx(proxied(port, server.baseUrl + slash, more), origin)

      await using anns = await OfficeWindow.open(browser, { baseUrl, path: '/', person: ann })
      await anns.page.getByRole('link', { name: 'New page' }).click()
      await anns.untilOpen()
      await anns.text.click()
      await anns.page.keyboard.type('Read me')
      await anns.untilSaved()
      expect(anns.page.url()).toMatch(`${baseUrl}/pages/`)
      await anns.page.getByRole('button', { name: 'Share' }).click()
      const dialog = anns.page.getByRole('dialog', { name: 'Share' })
      await dialog.getByRole('button', { name: 'Copy view link' }).click()
      // What an earlier window copied may still be there.
      await expect.poll(() => copied(anns.page)).toMatch(`${baseUrl}/pages/view~`)
      const link = await copied(anns.page)
      const path = link.slice(baseUrl.length)
      await using viewers = await OfficeWindow.open(browser, { baseUrl, path, person: bob })
      await viewers.page.locator('p[dir]', { hasText: 'Read me' }).waitFor()
      await anns.page.keyboard.press('Escape')
      await anns.page.getByRole('link', { name: 'whereabouts' }).click()
      await anns.page.locator('.recent').waitFor()
      expect(anns.page.url()).toBe(`${baseUrl}/`)
      await expect
        .poll(() => anns.page.locator('.recent-title').getAttribute('href'))
        .toMatch(`${BASE}/pages/`)

      const room = 'demo'
      await using one = await SheetWindow.open(browser, { baseUrl, room, person: ann })
      await using other = await SheetWindow.open(browser, { baseUrl, room, person: bob })
      await one.write('B2', '=6*7')
      await other.untilShows('B2', '42')
      await other.avatar('Ann').waitFor()
      for (const { requests, complaints } of [anns, viewers]) {
        expect(
          requests.filter(({ url }) => !url.startsWith(`${baseUrl}/`) && !isInline(url)),
        ).toEqual([])
        expect(complaints).toEqual([])
      }
      for (const { strayRequests, complaints } of [one, other]) {
        expect([...strayRequests, ...complaints]).toEqual([])
      }
    })
  },
)

describe('a login below a path', () => {
  it.each<['/' | '']>([['/'], ['']])(
    '[OF17 OP35] leads there and back, with proxy_pass …%s',
    async (slash) => {
      const origin = `http://${HOST}:${await freePort()}`
      const publicUrl = origin + BASE
      await using provider = await startProvider({ publicUrl })
      await using server = await startServer({}, 0, [], oidcVariables(provider.url, publicUrl))
      await untilOpen(server)
      const port = Number(new URL(origin).port)
      await using _nginx = await startNginx(proxied(port, server.baseUrl + slash), origin)

      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(`${publicUrl}/pages/notes?x=1`)
      await page.getByPlaceholder('Enter any login').fill('ann')
      await page.getByPlaceholder('and password').fill('any')
      await page.getByRole('button', { name: 'Sign-in' }).click()
      await page.getByRole('button', { name: 'Continue' }).click()
      const account = page.getByRole('button', { name: 'ann of the provider (you): account' })
      await account.waitFor()
      expect(page.url()).toMatch(`${publicUrl}/pages/notes?x=1`)
      const cookies = await context.cookies(publicUrl)
      const session = cookies.find(({ name }) => name === 'whereabouts-session')
      expect(session).toMatchObject({ path: BASE, httpOnly: true })
      await account.click()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(`${provider.url}/**`)
      const names = (await context.cookies(publicUrl)).map(({ name }) => name)
      expect(names).not.toContain('whereabouts-session')
      await page.goto(`${publicUrl}/login/callback`)
      const signIn = page.getByRole('link', { name: 'Sign in' })
      await expect.poll(() => signIn.getAttribute('href')).toBe(`${BASE}/login?return=%2F`)
      await context.close()
    },
  )
})

function isInline(url: string): boolean {
  return /^(data|blob):/.test(url)
}
