import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Doc } from 'yjs'
import { launchChromium } from '../chromium.js'
import { freePort } from '../servers/free-port.js'
import { startServer } from '../servers/standalone.js'
import { atNight } from '../at-night.js'
import { fetchDocument, OfficeWindow } from './office-window.js'

const person = { name: 'Ann', color: '#e11d48' }
const SAVING = '.saving'
const LIMIT_BYTES = 300
const TINY_BYTES = 20
/** A title of the maximum length, which is one value and can't be split. */
const LONG_TITLE = '😀'.repeat(100)

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** How browsers behave if storage is forbidden. */
const FORBIDDEN = {
  'opening throws': () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('denied', 'SecurityError')
    }
  },
  'reading `indexedDB` throws': () => {
    Object.defineProperty(window, 'indexedDB', {
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    })
  },
}

async function openPage(baseUrl: string, forbid?: () => void): Promise<OfficeWindow> {
  const window = await OfficeWindow.open(browser, { baseUrl, path: '/', person })
  if (forbid !== undefined) await window.page.addInitScript(forbid)
  await window.page.goto(`${baseUrl}/pages/kept`)
  await window.untilOpen()
  return window
}

/** Closes the window and returns whether the browser asked first. */
async function asksBeforeClosing({ page }: OfficeWindow): Promise<boolean> {
  const asked = new Promise<boolean>((resolve) => {
    page.once('dialog', (dialog) => {
      resolve(dialog.type() === 'beforeunload')
      void dialog.accept()
    })
    page.once('close', () => resolve(false))
  })
  await page.close({ runBeforeUnload: true })
  return asked
}

const titleOf = (doc: Doc) => doc.getMap('about').get('title')
const saving = ({ page }: OfficeWindow) => page.locator(SAVING)

describe.each(Object.entries(FORBIDDEN))('a browser that forbids storage: %s', (_, forbid) => {
  atNight('[SH70 SH72 CL24] warns while the server is down, and asks before closing', async () => {
    const server = await startServer()
    await using anns = await openPage(server.baseUrl, forbid)
    await anns.text.click()
    await anns.page.keyboard.type('before ')
    await anns.untilSaved()
    await server.kill()
    await anns.page.keyboard.type('an hour of work')
    await expect.poll(() => saving(anns).textContent()).toMatch(/^Not saved yet, keep this window/)
    expect(await asksBeforeClosing(anns)).toBe(true)
  })

  it('[SH73 CL28 CL29] warns when the server has lost saved edits, and asks before closing', async () => {
    const server = await startServer({}, await freePort())
    await using anns = await openPage(server.baseUrl, forbid)
    await anns.text.click()
    await anns.page.keyboard.type('an hour of work')
    await anns.untilSaved()
    await server.kill()
    // The server's backup is older, and its limit is too small for the edits since.
    const port = Number(new URL(server.baseUrl).port)
    await using restored = await startServer({ maxDocumentBytes: TINY_BYTES }, port)
    await expect.poll(() => saving(anns).textContent()).toMatch(/^Not saved yet, keep this window/)
    expect((await fetchDocument(restored.baseUrl, 'kept')).store.clients.size).toBe(0)
    expect(await asksBeforeClosing(anns)).toBe(true)
  })
})

it('[SH70 SH72] a browser that stores the document says so, and closes without asking', async () => {
  const server = await startServer()
  await using anns = await openPage(server.baseUrl)
  await anns.text.click()
  await anns.page.keyboard.type('before ')
  await anns.untilSaved()
  await server.kill()
  await anns.page.keyboard.type('an hour of work')
  await expect.poll(() => saving(anns).textContent()).toBe('Not saved yet, kept in this browser')
  expect(await asksBeforeClosing(anns)).toBe(false)
})

it('[CL97] what is typed as a page goes away is there when it is back', async () => {
  await using server = await startServer()
  await using anns = await openPage(server.baseUrl)
  // Before the listeners of the application, which are added later.
  await anns.page.addInitScript(() => {
    const typeLast = () => document.execCommand('insertText', false, sessionStorage['last'] ?? '')
    window.addEventListener('pagehide', typeLast)
  })
  await anns.page.reload()
  await anns.untilOpen()
  await anns.text.click()
  await anns.page.keyboard.type('saved ')
  await anns.untilSaved()
  await anns.page.route(/\/rooms\/[^/]+\/document/, (route) => route.abort())
  await anns.page.keyboard.type('and kept ')
  await expect.poll(() => saving(anns).textContent()).toBe('Not saved yet, kept in this browser')
  await anns.page.evaluate(() => sessionStorage.setItem('last', 'and the last words'))
  await anns.page.reload()
  await anns.untilOpen()
  await expect.poll(() => anns.written()).toBe('saved and kept and the last words')
})

it('[SH71] an edit that the server refuses for good is reported, and all others are saved', async () => {
  await using server = await startServer({ maxUpdateBytes: LIMIT_BYTES })
  await using anns = await openPage(server.baseUrl)
  await anns.title.fill(LONG_TITLE)
  await anns.title.press('Enter')
  await expect.poll(() => saving(anns).textContent()).toMatch(/^Some of this cannot be saved/)
  await anns.text.click()
  await anns.page.keyboard.type('small')
  await using bobs = await openPage(server.baseUrl)
  await expect.poll(() => bobs.written(), { timeout: 20_000 }).toContain('small')
  const stored = () => fetchDocument(server.baseUrl, 'kept')
  expect(titleOf(await stored())).toBeUndefined()
  await anns.title.fill('Short')
  await anns.title.press('Enter')
  await anns.untilSaved()
  expect(titleOf(await stored())).toBe('Short')
})
