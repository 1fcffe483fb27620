import type { Browser, BrowserContext, JSHandle, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

// Univer's default sizes in pixels.
const HEADERS = { width: 46, height: 20 }
const CELL = { width: 88, height: 24 }
const OPEN_WITHIN_MS = 45_000

/** The person that others see; without one the page asks for a name. */
export interface Person {
  readonly name: string
  readonly color: string
}

/** A member as shown at the top of a window at some time. */
export interface Seen {
  readonly atMs: number
  readonly people: readonly { readonly label: string; readonly status: string }[]
}

export interface WindowOptions {
  readonly baseUrl: string
  readonly room: string
  readonly person?: Person
  /** The browser profile; a new one by default. */
  readonly context?: BrowserContext
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Returns a point near the middle of a cell; the sheet must not be scrolled or zoomed. */
function positionOf(cell: string, besideX: number): Point {
  const column = cell.charCodeAt(0) - 65
  const row = Number(cell.slice(1)) - 1
  return {
    x: HEADERS.width + (column + 0.5) * CELL.width + besideX,
    y: HEADERS.height + (row + 0.5) * CELL.height,
  }
}

/** A window on a sheet, in its own browser profile. */
export class SheetWindow implements AsyncDisposable {
  readonly page: Page
  /** Warnings and errors of the console and the network. */
  readonly complaints: string[] = []
  /** All requests to other hosts than the server. */
  readonly strayRequests: string[] = []
  /** The horizontal offset of the next click in a cell. */
  #besideX = 5

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
    { baseUrl, room, person, ...options }: WindowOptions,
  ): Promise<SheetWindow> {
    const permissions = ['clipboard-read', 'clipboard-write']
    const viewport = { width: 1_200, height: 700 }
    const context = options.context ?? (await browser.newContext({ viewport, permissions }))
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

  /** Resolves when the cells can be used. */
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

  /** The last announcement to screen readers. */
  get told(): Locator {
    return this.page.getByRole('log')
  }

  /** The button of another member. */
  avatar(name: string): Locator {
    return this.page
      .getByRole('region', { name: 'Who is here' })
      .getByRole('button', { name: new RegExp(`^${name}\\b(?! \\(you\\))`) })
  }

  get ownAvatar(): Locator {
    return this.page.getByRole('button', { name: /\(you\)/ })
  }

  /** The marker on a cell for the members in it. */
  marker(cell: string): Locator {
    return this.page.locator(`[data-cell="${cell}"]`)
  }

  /** The name tag of a member, on any cell. */
  tag(name: string): Locator {
    return this.page.locator('[data-cell] [data-member]', { hasText: name })
  }

  /** The name of the own cell, next to the formula bar. */
  async ownCell(): Promise<string | undefined> {
    const values = await this.page
      .locator('main input')
      .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value))
    return values.find((value) => /^[A-Z]+[0-9]+$/.test(value))
  }

  /** Clicks on a cell of a sheet that is neither scrolled nor zoomed. */
  async select(cell: string): Promise<void> {
    await this.#click(cell)
    await expect.poll(() => this.ownCell()).toBe(cell)
  }

  /** Rests the mouse on a cell of a sheet that is neither scrolled nor zoomed. */
  async pointAt(cell: string): Promise<void> {
    await this.canvas.hover({ position: positionOf(cell, this.#besideX) })
  }

  async #click(cell: string, button: 'left' | 'right' = 'left'): Promise<void> {
    // Alternates the point, as two clicks on one point within half a second would open the editor.
    this.#besideX = -this.#besideX
    await this.canvas.click({ position: positionOf(cell, this.#besideX), button })
  }

  /** The text that shows whether edits are saved. */
  get saving(): Locator {
    return this.page.locator('.saving')
  }

  /** The notice with the reason for a refusal. */
  get notice(): Locator {
    return this.page.locator('.notice')
  }

  /** Types into a cell of a sheet that is neither scrolled nor zoomed. */
  async write(cell: string, text: string): Promise<void> {
    await this.select(cell)
    await this.page.keyboard.type(text)
    await this.page.keyboard.press('Enter')
  }

  /** Returns the displayed text of a cell, by copying it. */
  async read(cell: string): Promise<string> {
    await this.select(cell)
    return this.#copySelected()
  }

  async #copySelected(): Promise<string> {
    await this.page.evaluate(() => navigator.clipboard.writeText('nothing was copied'))
    await this.page.keyboard.press('Control+c')
    const copied = () => this.page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(copied).not.toBe('nothing was copied')
    return (await copied()).replace(/\r?\n$/, '')
  }

  /** Resolves when a cell shows a text. */
  async untilShows(cell: string, text: string): Promise<void> {
    const shown = async () => {
      // Clicks each time, as the selection moves when others insert a row.
      await this.#click(cell)
      return this.#copySelected()
    }
    await expect.poll(shown).toBe(text)
  }

  /** Resolves when the grid has a value in a cell of the first sheet, whatever is selected. */
  async untilCell([row, column]: readonly [number, number], value: string | number): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => {
        const { whereabouts } = globalThis as unknown as {
          whereabouts: { cell: (sheet: string, row: number, column: number) => { v?: unknown } }
        }
        return whereabouts.cell('sheet-1', wanted.row, wanted.column).v === wanted.value
      },
      { row, column, value },
    )
  }

  /** Puts a table on the clipboard, like a spreadsheet program or a web page. */
  async copy(text: string, html?: string): Promise<void> {
    const types = { 'text/plain': text, ...(html !== undefined && { 'text/html': html }) }
    await this.page.evaluate((contents) => {
      const blobs = Object.entries(contents).map(([type, content]) => [
        type,
        new Blob([content], { type }),
      ])
      return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))])
    }, types)
  }

  /** Pastes contents copied in another program. */
  async paste(text: string, html?: string): Promise<void> {
    await this.copy(text, html)
    await this.page.keyboard.press('Control+v')
  }

  /** Copies the selection and reads the clipboard. */
  async copied(): Promise<{ readonly text: string; readonly html: string }> {
    await this.page.evaluate(() => navigator.clipboard.writeText('nothing was copied'))
    await this.page.keyboard.press('Control+c')
    const read = () =>
      this.page.evaluate(async () => {
        const [item] = await navigator.clipboard.read()
        const of = async (type: string) =>
          item!.types.includes(type) ? (await item!.getType(type)).text() : ''
        return { text: await of('text/plain'), html: await of('text/html') }
      })
    await expect.poll(async () => (await read()).text).not.toBe('nothing was copied')
    return read()
  }

  /** Puts an image into the clipboard. */
  async copyImage(): Promise<void> {
    await this.page.waitForFunction(() => 'whereabouts' in globalThis)
    await this.page.evaluate(async () => {
      const image = await new Promise<Blob | null>((resolve) => {
        document.createElement('canvas').toBlob(resolve)
      })
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': image! })])
    })
  }

  /** Selects cells of a sheet that is neither scrolled nor zoomed. */
  async selectRange(first: string, last: string): Promise<void> {
    await this.select(first)
    await this.page.keyboard.down('Shift')
    await this.#click(last)
    await this.page.keyboard.up('Shift')
  }

  /** The entry of a cell's menu that opens those for inserting. The bar has a menu of the same name. */
  get insertEntry(): Locator {
    return this.page.getByText('Insert', { exact: true }).and(this.page.locator(':not(.menus *)'))
  }

  /** Inserts a row above a cell through the cell's menu. */
  async insertRowAbove(cell: string): Promise<void> {
    await this.openMenu(cell)
    await this.insertEntry.hover()
    const button = this.page.getByRole('button').filter({ hasText: 'rows above' })
    // Not a click, which would hit the number field in the middle; moving the mouse can close the menu.
    await button.dispatchEvent('click')
    await button.waitFor({ state: 'detached' })
  }

  /** Returns the size of the first sheet in this window. */
  async size(): Promise<{ readonly rows: number; readonly columns: number }> {
    return this.page.evaluate(() => {
      const { whereabouts } = globalThis as unknown as {
        whereabouts: { size: (sheet: string) => { rows: number; columns: number } }
      }
      return whereabouts.size('sheet-1')
    })
  }

  /** Returns all texts of all sheets in the document's format. */
  async texts(): Promise<unknown[]> {
    return this.page.evaluate(() => {
      const { whereabouts } = globalThis as unknown as { whereabouts: { texts: () => unknown[] } }
      return whereabouts.texts()
    })
  }

  /** Returns a cell of a sheet in the document's format, whatever is selected. */
  async cell(name: string, sheet = 'sheet-1'): Promise<object> {
    const [, letter, number] = /^([A-Z])(\d+)$/.exec(name)!
    const at = [Number(number) - 1, letter!.charCodeAt(0) - 65] as const
    return this.page.evaluate(
      ([id, row, column]) => {
        const { whereabouts } = globalThis as unknown as {
          whereabouts: { cell: (sheet: string, row: number, column: number) => object }
        }
        return whereabouts.cell(id, row, column)
      },
      [sheet, ...at] as const,
    )
  }

  /** Resolves when the server has saved all edits of this window. */
  async untilSaved(): Promise<void> {
    await this.page.locator('.saving[data-saving="saved"]').waitFor({ state: 'attached' })
  }

  /** The menu on a cell of a sheet that is neither scrolled nor zoomed. */
  async openMenu(cell: string): Promise<void> {
    await this.select(cell)
    await this.#click(cell, 'right')
  }

  /** The menu on the selected cells, of which this is one. */
  async openMenuOnSelection(cell: string): Promise<void> {
    await this.#click(cell, 'right')
  }

  /** The menu on the header of a row of a sheet that is neither scrolled nor zoomed. */
  async openRowMenu(row: number): Promise<void> {
    const position = { x: HEADERS.width / 2, y: HEADERS.height + (row - 0.5) * CELL.height }
    await this.canvas.click({ button: 'right', position })
  }

  /** Deletes a row through its header's menu. */
  async deleteRow(row: number): Promise<void> {
    await this.openRowMenu(row)
    await this.page.getByText('Delete Selected Row').dispatchEvent('click')
  }

  /** Resolves when the tools that the cells don't need have been loaded. */
  async untilTools(): Promise<void> {
    await this.page.evaluate(async () => {
      const { whereabouts } = globalThis as unknown as { whereabouts: { tools: Promise<void> } }
      await whereabouts.tools
    })
  }

  /** A button of the toolbar, by what it does. */
  button(command: string): Locator {
    return this.page.locator(`[data-u-command="${command}"]`).first()
  }

  /** Drags from one point of the canvas to another. */
  async drag(from: Point, to: Point): Promise<void> {
    const box = await this.canvas.boundingBox()
    if (box === null) throw new Error('the grid is not visible')
    const { mouse } = this.page
    await mouse.move(box.x + from.x, box.y + from.y)
    await mouse.down()
    await mouse.move(box.x + to.x, box.y + to.y, { steps: 5 })
    await mouse.up()
  }

  /** The tab of a sheet. */
  tab(name: string): Locator {
    return this.page.locator('[data-u-comp="slide-tab-item"]').getByText(name, { exact: true })
  }

  /** The tabs of the sheets, in their order. */
  tabs(): Promise<string[]> {
    return this.page.locator('[data-u-comp="slide-tab-item"]').allTextContents()
  }

  /** Resolves when the grid matches the document: all sheets, cells, styles and sizes. */
  async untilInOrder(): Promise<void> {
    const differences = () =>
      this.page.evaluate(() => {
        const { whereabouts } = globalThis as unknown as {
          whereabouts: { differences: () => string[] }
        }
        return whereabouts.differences()
      })
    await expect.poll(differences).toEqual([])
  }

  /** Proves that a marker is on a cell: a click on its middle selects the cell. */
  async expectOn(marker: Locator, cell: string): Promise<void> {
    const box = await marker.boundingBox()
    if (box === null) throw new Error('the marker is not visible')
    const y = box.y + box.height / 2
    // Selects another cell first, so that the click changes the selection.
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

  /** Records, from now on, each change of the members shown at the top. */
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
