import type { Browser, JSHandle, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

// Univer's sizes of a new sheet, in pixels.
const HEADERS = { width: 46, height: 20 }
const CELL = { width: 88, height: 24 }
const OPEN_WITHIN_MS = 45_000

/** Who the others see; without one the page asks. */
export interface Person {
  readonly name: string
  readonly color: string
}

/** Somebody as they are shown at the top of a window, at a moment. */
export interface Seen {
  readonly atMs: number
  readonly people: readonly { readonly label: string; readonly status: string }[]
}

export interface WindowOptions {
  readonly baseUrl: string
  readonly room: string
  readonly person?: Person
}

/** A window on a sheet, of a browser profile of its own. */
export class SheetWindow implements AsyncDisposable {
  readonly page: Page
  /** What the console and the network had to complain about. */
  readonly complaints: string[] = []
  /** Every request that went anywhere but to the server. */
  readonly strayRequests: string[] = []

  private constructor(page: Page, baseUrl: string) {
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
      const url = request.url()
      if (!url.startsWith(baseUrl) && !/^(data|blob):/.test(url)) this.strayRequests.push(url)
    })
  }

  static async open(
    browser: Browser,
    { baseUrl, room, person }: WindowOptions,
  ): Promise<SheetWindow> {
    const context = await browser.newContext({ viewport: { width: 1_200, height: 700 } })
    if (person !== undefined) {
      await context.addInitScript((saved) => {
        localStorage.setItem('whereabouts:person', saved)
      }, JSON.stringify(person))
    }
    const sheet = new SheetWindow(await context.newPage(), baseUrl)
    await sheet.page.goto(`${baseUrl}/sheets/${room}`)
    await sheet.untilOpen()
    return sheet
  }

  /** Resolves when the cells are there to be used. */
  async untilOpen(): Promise<void> {
    await this.page.locator('main[aria-busy="false"]').waitFor({ timeout: OPEN_WITHIN_MS })
  }

  get canvas(): Locator {
    return this.page.locator('#univer-sheet-main-canvas_workbook')
  }

  get status(): Locator {
    return this.page.getByRole('status')
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog')
  }

  /** What a screen reader has been told last. */
  get told(): Locator {
    return this.page.getByRole('log')
  }

  /** The button for one of the others. */
  avatar(name: string): Locator {
    return this.page
      .getByRole('region', { name: 'Who is here' })
      .getByRole('button', { name: new RegExp(`^${name}\\b(?! \\(you\\))`) })
  }

  get ownAvatar(): Locator {
    return this.page.getByRole('button', { name: /\(you\)/ })
  }

  /** What is drawn on a cell for those who are in it. */
  marker(cell: string): Locator {
    return this.page.locator(`[data-cell="${cell}"]`)
  }

  /** The name tag of somebody, on whatever cell. */
  tag(name: string): Locator {
    return this.page.locator('[data-cell] [data-member]', { hasText: name })
  }

  /** The own cell, as Univer says it beside the formula. */
  async ownCell(): Promise<string | undefined> {
    const values = await this.page
      .locator('main input')
      .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value))
    return values.find((value) => /^[A-Z]+[0-9]+$/.test(value))
  }

  /** Clicks on a cell of a sheet that is neither scrolled nor zoomed. */
  async select(cell: string): Promise<void> {
    const column = cell.charCodeAt(0) - 65
    const row = Number(cell.slice(1)) - 1
    const x = HEADERS.width + (column + 0.5) * CELL.width
    const y = HEADERS.height + (row + 0.5) * CELL.height
    await this.canvas.click({ position: { x, y } })
    await expect.poll(() => this.ownCell()).toBe(cell)
  }

  /** Proves that a marker is on a cell: a click on its middle is a click on the cell. */
  async expectOn(marker: Locator, cell: string): Promise<void> {
    const box = await marker.boundingBox()
    if (box === null) throw new Error('the marker is not to be seen')
    const y = box.y + box.height / 2
    // First beside it, so that the cell isn't the own one already.
    await this.page.mouse.click(box.x - box.width / 4, y)
    await expect.poll(() => this.ownCell()).not.toBe(cell)
    await this.page.mouse.click(box.x + box.width / 2, y)
    await expect.poll(() => this.ownCell()).toBe(cell)
  }

  /** Zooms in (or out, below 0) by steps of 10 %. */
  async zoom(steps: number): Promise<void> {
    await this.page.keyboard.down('Control')
    for (let left = Math.abs(steps); left > 0; left -= 1) {
      await this.page.mouse.wheel(0, -100 * Math.sign(steps))
    }
    await this.page.keyboard.up('Control')
  }

  /** Writes down, from now on, who is shown at the top and how, each time that it changes. */
  async watchPeople(): Promise<JSHandle<Seen[]>> {
    return this.page.evaluateHandle(() => {
      const seen: Seen[] = []
      const top = document.querySelector('section[aria-label="Who is here"]')!
      const look = () => {
        const buttons = [...top.querySelectorAll<HTMLElement>('button[data-member]')]
        const people = buttons.map((button) => ({
          label: button.ariaLabel ?? '',
          status: button.dataset['status'] ?? '',
        }))
        seen.push({ atMs: Date.now(), people })
      }
      look()
      new MutationObserver(look).observe(top, { subtree: true, childList: true, attributes: true })
      return seen
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close()
  }
}
