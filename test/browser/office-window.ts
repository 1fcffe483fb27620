import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'

/** Longer than a caret or an edit takes to arrive. */
const STILL_MS = 400

const OPEN_WITHIN_MS = 30_000

/** Options for opening a window. */
export interface OfficeWindowOptions {
  readonly baseUrl: string
  /** The path of the page, from `/`. */
  readonly path: string
  /** The person that others see. */
  readonly person: { readonly name: string; readonly color: string }
  readonly width?: number
  /** The browser profile to open it in; else one of its own. */
  readonly context?: BrowserContext | undefined
}

/** A window on Home or on a page, in its own browser profile. */
export class OfficeWindow implements AsyncDisposable {
  readonly page: Page
  /** Warnings and errors of the console and the network. */
  readonly complaints: string[] = []
  /** All requests in order. */
  readonly requests: { readonly atMs: number; readonly url: string }[] = []

  private constructor(page: Page) {
    this.page = page
    page.on('console', (message) => {
      const type = message.type()
      if (type === 'error' || type === 'warning') this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('response', (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.status()} ${response.url()}`)
    })
    page.on('request', (request) => {
      this.requests.push({ atMs: Date.now(), url: request.url() })
    })
  }

  static async open(browser: Browser, options: OfficeWindowOptions): Promise<OfficeWindow> {
    const { baseUrl, path, person, width = 1_200 } = options
    const viewport = { width, height: 700 }
    const permissions = ['clipboard-read', 'clipboard-write']
    const context = options.context ?? (await browser.newContext({ viewport, permissions }))
    await context.addInitScript((saved) => {
      localStorage.setItem('whereabouts:person', saved)
    }, JSON.stringify(person))
    const window = new OfficeWindow(await context.newPage())
    await window.page.goto(`${baseUrl}${path}`)
    return window
  }

  /** The editable text of the page. */
  get text(): Locator {
    return this.page.getByRole('textbox', { name: 'Page' })
  }

  /** Returns the text without the carets of others. */
  async written(): Promise<string> {
    return this.text.evaluate((text) => {
      const copy = text.cloneNode(true) as HTMLElement
      for (const caret of copy.querySelectorAll('.caret')) caret.remove()
      return [...copy.children].map((block) => block.textContent).join('\n')
    })
  }

  /**
   * Waits until no edit or caret of others has arrived for a while, and until the editor has settled:
   * it sets its selection a moment after it gets the focus.
   */
  async untilStill(): Promise<void> {
    await this.text.evaluate(
      (text, stillMs) =>
        new Promise<void>((resolve) => {
          const observer = new MutationObserver(() => wait())
          let timer: ReturnType<typeof setTimeout> | undefined
          const wait = () => {
            clearTimeout(timer)
            timer = setTimeout(() => {
              observer.disconnect()
              resolve()
            }, stillMs)
          }
          observer.observe(text, { subtree: true, childList: true, characterData: true })
          wait()
        }),
      STILL_MS,
    )
  }

  get title(): Locator {
    return this.page.getByRole('textbox', { name: 'Title', exact: true })
  }

  get status(): Locator {
    return this.page.locator('.status output')
  }

  /** The temporary notice at the bottom of the window. */
  get notice(): Locator {
    return this.page.locator('.notice')
  }

  /** The button of another member. */
  avatar(name: string): Locator {
    return this.page
      .getByRole('region', { name: 'Who is here' })
      .getByRole('button', { name: new RegExp(`^${name}(?! \\(you\\))`) })
  }

  /** A button of the toolbar. */
  tool(name: string): Locator {
    return this.page
      .getByRole('toolbar', { name: 'Format' })
      .getByRole('button', { name, exact: true })
  }

  /** The caret of another member in the text. */
  caret(name: string): Locator {
    return this.text.locator('.caret', { hasText: name })
  }

  /** Resolves when the page is open. */
  async untilOpen(): Promise<void> {
    await this.page.locator('main[aria-busy="false"]').waitFor({ timeout: OPEN_WITHIN_MS })
    await this.text.waitFor()
  }

  /** Resolves when the server has saved all edits of this window. */
  async untilSaved(): Promise<void> {
    await this.page.locator('.saving[data-saving="saved"]').waitFor({ state: 'attached' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close()
  }
}

/** Fetches the document of a room from the server. */
export async function fetchDocument(baseUrl: string, room: string): Promise<Doc> {
  const response = await fetch(`${baseUrl}/rooms/${room}/document`)
  const doc = new Doc()
  applyUpdate(doc, new Uint8Array(await response.arrayBuffer()))
  return doc
}

/** Edits the document of a room directly. */
export async function postDocument(
  baseUrl: string,
  room: string,
  write: (doc: Doc) => void,
): Promise<void> {
  const doc = await fetchDocument(baseUrl, room)
  const before = encodeStateVector(doc)
  write(doc)
  const response = await fetch(`${baseUrl}/rooms/${room}/document`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Uint8Array.from(encodeStateAsUpdate(doc, before)),
  })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
}

/** Shows what isn't saved, copies it, and returns it as it was copied. */
export async function unsavedText({ page }: Pick<OfficeWindow, 'page'>): Promise<string> {
  await page.locator('.state-note').getByRole('button', { name: 'Show it' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Copy' }).click()
  await dialog.getByRole('button', { name: 'Copied' }).waitFor()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  return copied
}
