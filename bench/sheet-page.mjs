const WITHIN_MS = 120_000
const SETTLES_MS = 2_000
// Univer's default sizes in pixels.
const HEADERS = { width: 46, height: 20 }
const CELL = { width: 88, height: 24 }
const COUNTED = new Set(['JSEventListeners', 'Nodes', 'JSHeapUsedSize'])

/** @typedef {{ whereabouts: { cell(sheet: string, row: number, column: number): { v?: unknown } } }} Globals */

/** A window on a sheet, in a browser profile of its own. */
export class SheetPage {
  /**
   * @param {import('playwright-core').Page} page
   * @param {string} address
   */
  constructor(page, address) {
    this.page = page
    this.address = address
  }

  /**
   * Makes a window that is still empty.
   *
   * @param {import('playwright-core').Browser} browser
   * @param {string} address
   */
  static async prepare(browser, address) {
    const permissions = ['clipboard-read', 'clipboard-write']
    const viewport = { width: 1_200, height: 700 }
    const context = await browser.newContext({ viewport, permissions })
    await context.addInitScript(() => {
      localStorage.setItem('whereabouts:person', '{"name":"Bench","color":"#1d4ed8"}')
    })
    return new SheetPage(await context.newPage(), address)
  }

  async goTo() {
    await this.page.goto(this.address)
    await this.page.locator('main[aria-busy="false"]').waitFor({ timeout: WITHIN_MS })
  }

  untilSaved() {
    const saved = this.page.locator('.saving:empty')
    return saved.waitFor({ state: 'attached', timeout: WITHIN_MS })
  }

  /** Waits for what still follows from what was done. */
  settle() {
    return new Promise((resolve) => setTimeout(resolve, SETTLES_MS))
  }

  /**
   * @param {readonly [row: number, column: number]} at
   * @param {unknown} value
   */
  untilCell([row, column], value) {
    return this.page.waitForFunction(
      (sought) => {
        const { whereabouts } = /** @type {Globals} */ (/** @type {unknown} */ (globalThis))
        return whereabouts.cell('sheet-1', sought.row, sought.column).v === sought.value
      },
      { row, column, value },
      { timeout: WITHIN_MS, polling: 50 },
    )
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  clickCell(row, column) {
    const x = HEADERS.width + (column + 0.5) * CELL.width
    const y = HEADERS.height + (row + 0.5) * CELL.height
    return this.page.locator('#univer-sheet-main-canvas_workbook').click({ position: { x, y } })
  }

  /** @param {Record<string, string>} contents by type */
  copy(contents) {
    return this.page.evaluate(async (copied) => {
      await navigator.clipboard.write([new ClipboardItem(copied)])
    }, contents)
  }

  /**
   * Returns the long tasks of the page while something happens.
   *
   * @param {() => Promise<void>} what
   */
  async observing(what) {
    const seen = await this.page.evaluateHandle(() => {
      const tasks = { busyMs: 0, longestMs: 0 }
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
          tasks.busyMs += duration
          tasks.longestMs = Math.max(tasks.longestMs, duration)
        }
      }).observe({ type: 'longtask' })
      return tasks
    })
    await what()
    return seen.jsonValue()
  }

  /** Counts what may leak, after a collection of garbage. */
  async counts() {
    const session = await this.page.context().newCDPSession(this.page)
    await session.send('Performance.enable')
    await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.getMetrics')
    await session.detach()
    return Object.fromEntries(
      metrics.flatMap(({ name, value }) => (COUNTED.has(name) ? [[name, value]] : [])),
    )
  }

  close() {
    return this.page.context().close()
  }
}
