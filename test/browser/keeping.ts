import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BrowserContext, Page } from 'playwright-core'
import { launchChromium } from '../chromium.js'
import { freePort } from '../servers/free-port.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { fetchDocument, OfficeWindow } from './office-window.js'
import { ann } from './office.js'

/** A test with a Chromium, which the tests of a file share. */
// oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures it needs
export const it = test.extend('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
  const browser = await launchChromium()
  onCleanup(() => browser.close())
  return browser
})

/** The line of a room on Home. */
export const row = (page: Page, room: string) =>
  page.getByRole('listitem').filter({ hasText: room })

/** A folder of documents, and a port, which a server that comes back has as well. */
export interface Place {
  readonly dataDir: string
  readonly port: number
}

/** Starts a server whose application browsers may keep. */
export function startKept(
  place: Partial<Place> = {},
  variables: { readonly [name: string]: string } = {},
): Promise<RunningServer> {
  const { dataDir, port = 0 } = place
  const settings = dataDir === undefined ? {} : { dataDir }
  return startServer(settings, port, [], { WHEREABOUTS_OFFLINE: 'on', ...variables })
}

/** Resolves when the browser has the application. */
export async function untilKept(page: Page): Promise<void> {
  const state = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration()
      return registration?.active?.state
    })
  await expect.poll(state).toBe('activated')
}

/** What is kept of an application, by its cache: the paths below the origin. */
export async function readKept(page: Page): Promise<{ readonly [name: string]: string[] }> {
  return page.evaluate(async () => {
    const names = await caches.keys()
    const entries = names.map(async (name) => {
      const requests = await (await caches.open(name)).keys()
      return [name, requests.map(({ url }) => new URL(url).pathname)] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  })
}

/** How many workers the browser has for a page. */
export async function countWorkers(page: Page): Promise<number> {
  return page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)
}

/** Makes the page believe that its tab was hidden and is visible again. */
export async function lookAgain(page: Page): Promise<void> {
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
}

/** Opens an address in a new tab of a profile. */
export async function openTab(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** Resolves when the text of a page has this. */
export async function untilReads(page: Page, text: string): Promise<void> {
  await page.locator('main[aria-busy="false"]').waitFor()
  await expect.poll(() => page.getByRole('textbox', { name: 'Page' }).textContent()).toContain(text)
}

/** A folder and a port of a test. */
export async function place(): Promise<Place & AsyncDisposable> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-offline-'))
  const remove = () => rm(dataDir, { recursive: true, force: true })
  return { dataDir, port: await freePort(), [Symbol.asyncDispose]: remove }
}

/** Opens a page, writes into it, and waits until the browser has the application. */
export async function openKept(
  baseUrl: string,
  context: BrowserContext,
  text = 'written online',
): Promise<OfficeWindow> {
  const window = await OfficeWindow.open(context.browser()!, {
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

/** Waits for what the line says of the edits of a window. */
export const saving = (page: Page) => expect.poll(() => page.locator('.saving').textContent())

/** Returns the text that a server has of the page. */
export async function textOf(baseUrl: string): Promise<string> {
  return (await fetchDocument(baseUrl, 'notes')).getText('text').toJSON()
}
