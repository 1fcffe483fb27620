const WITHIN_MS = 120_000
// Univer's default sizes in pixels.
const HEADERS = { width: 46, height: 20 }
const CELL = { width: 88, height: 24 }
const COUNTED = new Set(['JSEventListeners', 'Nodes', 'JSHeapUsedSize'])

/**
 * @typedef {{ cell(sheet: string, row: number, column: number): { v?: unknown } }} Whereabouts
 * @typedef {{ atMs: number, value: unknown }} Seen
 * @typedef {{ whereabouts: Whereabouts, seenCells: Seen[] }} Globals
 */

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

  /** Goes there; returns how long it took until cells could be used. */
  async goTo() {
    const beganMs = performance.now()
    await this.page.goto(this.address)
    await this.page.locator('main[aria-busy="false"]').waitFor({ timeout: WITHIN_MS })
    return performance.now() - beganMs
  }

  untilSaved() {
    const saved = this.page.locator('.saving:empty')
    return saved.waitFor({ state: 'attached', timeout: WITHIN_MS })
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
      { timeout: WITHIN_MS },
    )
  }

  /**
   * Records the value of a cell in each frame from now on.
   *
   * @param {readonly [row: number, column: number]} at
   */
  watchCell(at) {
    return this.page.evaluate(([row, column]) => {
      const globals = /** @type {Globals} */ (/** @type {unknown} */ (globalThis))
      globals.seenCells = []
      const look = () => {
        const value = globals.whereabouts.cell('sheet-1', row, column).v
        if (globals.seenCells.at(-1)?.value !== value) {
          globals.seenCells.push({ atMs: Date.now(), value })
        }
        requestAnimationFrame(look)
      }
      look()
    }, at)
  }

  /** Returns the values of the watched cell, each with the time at which it was first there. */
  seen() {
    return this.page.evaluate(
      () => /** @type {Globals} */ (/** @type {unknown} */ (globalThis)).seenCells,
    )
  }

  /**
   * @param {number} row
   * @param {number} column
   * @param {'left' | 'right'} [button]
   */
  clickCell(row, column, button = 'left') {
    const x = HEADERS.width + (column + 0.5) * CELL.width
    const y = HEADERS.height + (row + 0.5) * CELL.height
    const cells = this.page.locator('#univer-sheet-main-canvas_workbook')
    return cells.click({ button, position: { x, y } })
  }

  /**
   * Types into the selected cell; the one below is selected then.
   *
   * @param {string} text
   */
  async type(text) {
    await this.page.keyboard.type(text)
    await this.page.keyboard.press('Enter')
  }

  /** @param {Record<string, string>} contents by type */
  copy(contents) {
    return this.page.evaluate(async (copied) => {
      await navigator.clipboard.write([new ClipboardItem(copied)])
    }, contents)
  }

  /**
   * Returns the longest task of the page while something happens.
   *
   * @template T
   * @param {() => Promise<T>} what
   */
  async observing(what) {
    const seen = await this.page.evaluateHandle(() => {
      const tasks = { longestMs: 0 }
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries())
          tasks.longestMs = Math.max(tasks.longestMs, duration)
      }).observe({ type: 'longtask' })
      return tasks
    })
    const value = await what()
    const { longestMs } = await seen.jsonValue()
    return { value, longestMs }
  }

  /**
   * Counts what may leak, after a collection of garbage.
   *
   * @returns {Promise<{ [name: string]: number }>}
   */
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
