import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.js'
import { Application } from './application.js'
import { bundlePage } from './bundle.js'
import { ScriptedServer } from './scripted-server.js'

type Kind = 'tiptap' | 'codemirror'

const ANN = { name: 'Ann', color: '#e11d48' }
const BOB = { name: 'Bob', color: '#2563eb' }
const EDITABLE = '[contenteditable=true]'

let html: string
let browser: Browser
let contexts: BrowserContext[]

beforeAll(async () => {
  html = await bundlePage(new URL('editors-page.ts', import.meta.url))
  browser = await launchChromium()
}, 60_000)
afterAll(() => browser.close())
beforeEach(() => {
  contexts = []
})
afterEach(() => Promise.all(contexts.map((context) => context.close())))

async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext()
  contexts.push(context)
  return context
}

/** Opens an editor in a new window; the page has another origin than the room. */
async function open(
  pages: ScriptedServer,
  server: Application,
  editor: Kind,
  user: typeof ANN,
  context?: BrowserContext,
): Promise<Page> {
  const page = await (context ?? (await newContext())).newPage()
  page.on('pageerror', (error) => expect.unreachable(error.message))
  await page.goto(pages.url)
  await page.evaluate((options) => window.editors.open(options), { url: server.url, editor, user })
  await page.waitForSelector(EDITABLE)
  return page
}

const isSynced = (page: Page) => page.waitForFunction(() => window.editors.provider.synced)
const isKept = (page: Page) => page.waitForFunction(() => window.editors.provider.kept)
const isSaved = (page: Page) => page.waitForFunction(() => window.editors.provider.saved)

/** Waits until an editor shows a text, ignoring carets. */
async function shows(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    ([selector, expected]) => {
      const copy = document.querySelector(selector)?.cloneNode(true) as HTMLElement | undefined
      const carets = '.collaboration-carets__caret, .cm-ySelectionCaret'
      for (const caret of copy?.querySelectorAll(carets) ?? []) caret.remove()
      return copy?.textContent?.replaceAll(/[\u2060\u200b]/g, '') === expected
    },
    [EDITABLE, text] as const,
  )
}

describe('editors in two windows', { timeout: 60_000 }, () => {
  it('[CL15] TipTap shows the other’s text and caret, with name and color', async () => {
    await using server = await Application.listen()
    await using pages = await ScriptedServer.listen(html)
    const ann = await open(pages, server, 'tiptap', ANN)
    await ann.keyboard.type('Hello ')
    const bob = await open(pages, server, 'tiptap', BOB)
    await shows(bob, 'Hello ')
    // Whatever draws Bob's caret puts Ann's own back where the editor knows it to be.
    const caret = ann.locator('.collaboration-carets__caret')
    await caret.waitFor({ state: 'attached' })
    // Moves Ann's caret away, as TipTap's caret has text in the line and a click could hit it.
    await ann.keyboard.press('Home')
    const place = (page: Page) =>
      page.evaluate(() => {
        const caret = document.querySelector('.collaboration-carets__caret')
        if (caret === null) return undefined
        const range = document.createRange()
        range.setStart(document.querySelector('[contenteditable=true] p')!, 0)
        range.setEndBefore(caret)
        return range.toString().replaceAll(/[\u2060\u200b]/g, '')
      })
    await expect.poll(() => place(bob)).toBe('')
    await bob.click(EDITABLE)
    await bob.keyboard.press('End')
    await bob.keyboard.type('world')
    await shows(ann, 'Hello world')
    await caret.waitFor()
    expect(await caret.getAttribute('style')).toContain('rgb(37, 99, 235)')
    expect(await caret.locator('.collaboration-carets__label').textContent()).toBe('Bob')
    // Each key moves the caret, a moment after its letter.
    await expect.poll(() => place(ann)).toBe('Hello world')
    await bob.keyboard.press('Control+Home')
    await expect.poll(() => place(ann)).toBe('')
    await bob.close()
    await caret.waitFor({ state: 'detached' })
    await shows(ann, 'Hello world')
  })

  it('[CL15] CodeMirror shows the other’s text and caret, with name and color', async () => {
    await using server = await Application.listen()
    await using pages = await ScriptedServer.listen(html)
    const ann = await open(pages, server, 'codemirror', ANN)
    const bob = await open(pages, server, 'codemirror', BOB)
    await Promise.all([isSynced(ann), isSynced(bob)])
    await ann.keyboard.type('let a')
    await shows(bob, 'let a')
    await bob.keyboard.press('End')
    await bob.keyboard.type(' = 1')
    await shows(ann, 'let a = 1')
    const caret = ann.locator('.cm-ySelectionCaret')
    await caret.waitFor()
    expect(await caret.getAttribute('style')).toContain(BOB.color)
    expect(await ann.locator('.cm-ySelectionInfo').textContent()).toBe('Bob')
    await bob.keyboard.press('Shift+Home')
    await ann.locator('.cm-ySelection').waitFor()
    expect(await ann.locator('.cm-ySelection').textContent()).toContain('let a = 1')
    await bob.close()
    await caret.waitFor({ state: 'detached' })
  })

  it('[CL14] offline edits survive closing the tab, and are merged when the page is opened again', async () => {
    await using server = await Application.listen()
    await using pages = await ScriptedServer.listen(html)
    const ann = await open(pages, server, 'codemirror', ANN)
    const context = await newContext()
    const bob = await open(pages, server, 'codemirror', BOB, context)
    await Promise.all([isSynced(ann), isSynced(bob)])
    await ann.keyboard.type('both;')
    await shows(bob, 'both;')
    await context.route(`${server.url}/**`, (route) => route.abort())
    await bob.keyboard.press('End')
    await bob.keyboard.type('offline;')
    expect(await bob.evaluate(() => window.editors.provider.saved)).toBe(false)
    await isKept(bob)
    await bob.close()
    await ann.keyboard.type('online;')
    await isSaved(ann)
    const offline = await open(pages, server, 'codemirror', BOB, context)
    await shows(offline, 'both;offline;')
    await context.unroute(`${server.url}/**`)
    const merged = async (page: Page) => {
      await page.waitForFunction(() => {
        const text = window.editors.doc.getText('code').toJSON()
        return text.includes('offline;') && text.includes('online;') && text.length === 20
      })
      return page.evaluate(() => window.editors.doc.getText('code').toJSON())
    }
    expect(await merged(ann)).toBe(await merged(offline))
    await isSaved(offline)
  })

  it('[CL24] reports whether the browser stores the document, and recovers when the storage is cleared', async () => {
    await using server = await Application.listen()
    await using pages = await ScriptedServer.listen(html)
    const ann = await open(pages, server, 'codemirror', ANN)
    await ann.keyboard.type('kept;')
    await Promise.all([isSaved(ann), isKept(ann)])
    const lost = ann.evaluate(() => {
      return new Promise((resolve) => window.editors.provider.once('kept', resolve))
    })
    const { origin } = new URL(pages.url)
    const session = await ann.context().newCDPSession(ann)
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
    expect(await lost).toBe(false)
    await ann.keyboard.type('after;')
    await Promise.all([isSaved(ann), isKept(ann)])
    const context = ann.context()
    await ann.close()
    await context.route(`${server.url}/**`, (route) => route.abort())
    await shows(await open(pages, server, 'codemirror', ANN, context), 'kept;after;')
  })

  it('[CL24] works in a browser that stores nothing, and reports that it stores nothing', async () => {
    await using server = await Application.listen()
    await using pages = await ScriptedServer.listen(html)
    const context = await newContext()
    await context.addInitScript(() => {
      Object.defineProperty(window, 'indexedDB', {
        get() {
          throw new DOMException('The operation is insecure.', 'SecurityError')
        },
      })
    })
    const ann = await open(pages, server, 'codemirror', ANN, context)
    await ann.keyboard.type('typed;')
    await isSaved(ann)
    expect(await ann.evaluate(() => window.editors.provider.kept)).toBe(false)
  })
})
