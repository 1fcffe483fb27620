import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { GuardedOffice, READER } from './guarded-office.js'
import { OfficeWindow } from './office-window.js'
import { Pages } from './pages.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, poll, Sheets, untilInOrder } from './sheets.js'
import { Touch, type TouchKind } from './touch.js'

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
/** Within the cells and on the canvas of a sheet that is neither scrolled nor zoomed. */
const B4 = [170, 105] as const
/** Elsewhere in the same cell: another tap there isn't the second of a double tap. */
const BESIDE_B4 = [200, 105] as const
const B10 = [170, 249] as const

type At = readonly [x: number, y: number]

/** Fingers on the cells of a window, as the browser's own events. */
class Touches {
  readonly #window: SheetWindow
  readonly #touch: Touch
  readonly #corner: At

  private constructor(window: SheetWindow, touch: Touch, corner: At) {
    this.#window = window
    this.#touch = touch
    this.#corner = corner
  }

  static async on(window: SheetWindow): Promise<Touches> {
    const { page, canvas } = window
    await page.locator('.selection-handle').first().waitFor({ state: 'attached' })
    const box = await canvas.boundingBox()
    return new Touches(window, await Touch.of(page), [box!.x, box!.y])
  }

  /** Sends one event with all fingers that are down. @param at relative to the canvas */
  send(type: TouchKind, ...at: readonly At[]): Promise<void> {
    return this.#sendAt(Date.now(), type, ...at)
  }

  #sendAt(timeMs: number, type: TouchKind, ...at: readonly At[]): Promise<void> {
    const [left, top] = this.#corner
    const points = at.map(([x, y]) => ({ x: left + x, y: top + y }))
    return this.#touch.send(type, points, timeMs)
  }

  async tap(at: At): Promise<void> {
    await Promise.all([this.send('touchStart', at), this.send('touchEnd')])
  }

  /** Taps twice at a place, the second time soon after the first one. */
  async doubleTap(at: At): Promise<void> {
    const beginMs = Date.now()
    await Promise.all([
      this.#sendAt(beginMs, 'touchStart', at),
      this.#sendAt(beginMs + 20, 'touchEnd'),
      this.#sendAt(beginMs + 150, 'touchStart', at),
      this.#sendAt(beginMs + 170, 'touchEnd'),
    ])
  }

  /** Moves a finger up, which doesn't rest before it goes. */
  async flick([x, y]: At, distance: number): Promise<void> {
    const beginMs = Date.now()
    await this.#sendAt(beginMs, 'touchStart', [x, y])
    for (let step = 1; step <= 5; step += 1) {
      await this.#sendAt(beginMs + step * 16, 'touchMove', [x, y - (distance * step) / 5])
    }
    await this.#sendAt(beginMs + 96, 'touchEnd')
  }

  /** Moves a finger, and lets it rest before it goes. */
  async drag(from: At, to: At): Promise<void> {
    const beginMs = Date.now()
    await this.#sendAt(beginMs, 'touchStart', from)
    for (let step = 1; step <= 8; step += 1) {
      const between = (one: number, other: number) => one + ((other - one) * step) / 8
      const at: At = [between(from[0], to[0]), between(from[1], to[1])]
      await this.#sendAt(beginMs + step * 16, 'touchMove', at)
    }
    await this.#sendAt(beginMs + 300, 'touchEnd')
  }

  /** Where a handle of the selection is, relative to the canvas. */
  async handle(end: 'first' | 'last'): Promise<At> {
    const handle = this.#window.page.locator(`.selection-handle[data-end="${end}"]`)
    await handle.waitFor()
    const box = await handle.boundingBox()
    return [box!.x + box!.width / 2 - this.#corner[0], box!.y + box!.height / 2 - this.#corner[1]]
  }
}

/** What the name box says: one cell, or cells such as `B4:C6`. */
const selected = ({ page }: SheetWindow): Promise<string | undefined> =>
  page
    .locator('main input')
    .evaluateAll((inputs) =>
      inputs
        .map((input) => (input as HTMLInputElement).value)
        .find((value) => /^[A-Z]*[0-9]*(:[A-Z]*[0-9]*)?$/.test(value) && !/^\d*$/.test(value)),
    )

/** Which keyboard the device shows for what has the focus. */
const keyboard = ({ page }: SheetWindow): Promise<string> =>
  page.evaluate(() => (document.activeElement as HTMLElement).inputMode)

const zoom = ({ page }: SheetWindow): Promise<string | null> =>
  page.locator('.grid footer > section > :last-child').textContent()

/** Resolves when the window has drawn twice, so that what events began has taken effect. */
const untilStill = ({ page }: SheetWindow): Promise<void> =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => void requestAnimationFrame(resolve))
    await frame()
    await frame()
  })

/** Has the window be told of the height that a keyboard leaves: Chromium has none to show here. */
const showKeyboard = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.defineProperty(visualViewport, 'height', { value: 500, configurable: true })
    visualViewport!.dispatchEvent(new Event('resize'))
  })

const hideKeyboard = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Reflect.deleteProperty(visualViewport!, 'height')
    visualViewport!.dispatchEvent(new Event('resize'))
  })

const scrolledPage = ({ page }: SheetWindow): Promise<number[]> =>
  page.evaluate(() => [scrollX, scrollY, visualViewport!.scale])

describe('a sheet under fingers', () => {
  const sheets = new Sheets()

  async function open(): Promise<SheetWindow> {
    const context = await sheets.browser.newContext(PHONE)
    const window = await sheets.open(sheets.newRoom(), ann, { context })
    await window.untilTools()
    return window
  }

  atNight('[SH226] scrolls, and selects nothing', async () => {
    await using window = await open()
    const touches = await Touches.on(window)
    await touches.tap(B4)
    await poll(() => selected(window)).toBe('B4')
    // 240 pixels are 10 rows.
    await touches.drag([200, 500], [200, 260])
    expect(await selected(window)).toBe('B4')
    await touches.tap(BESIDE_B4)
    await poll(() => selected(window)).toBe('B14')
    // 88 pixels are one column.
    await touches.drag([300, 300], [212, 300])
    await touches.tap(B4)
    await poll(() => selected(window)).toBe('C14')
    expect(await scrolledPage(window)).toEqual([0, 0, 1])
    await untilInOrder(window)
  })

  atNight('[SH226] scrolls on after a flick', async () => {
    await using window = await open()
    const touches = await Touches.on(window)
    await touches.tap(B10)
    await poll(() => selected(window)).toBe('B10')
    const handle = window.page.locator('.selection-handle[data-end="first"]')
    await handle.waitFor()
    // 216 pixels are above it; the finger itself moves 100.
    await touches.flick([200, 500], 100)
    await handle.waitFor({ state: 'hidden' })
    await untilInOrder(window)
  })

  atNight('[SH227] is zoomed by two', async () => {
    await using window = await open()
    const touches = await Touches.on(window)
    await touches.send('touchStart', [150, 300], [150, 400])
    await touches.send('touchMove', [150, 280], [150, 420])
    await touches.send('touchMove', [150, 250], [150, 450])
    await touches.send('touchEnd')
    await poll(() => zoom(window)).toContain('200%')
    for (let more = 0; more < 2; more += 1) {
      await touches.send('touchStart', [150, 340], [150, 360])
      await touches.send('touchMove', [150, 200], [150, 500])
      await touches.send('touchEnd')
    }
    await poll(() => zoom(window)).toContain('400%')
    expect(await scrolledPage(window)).toEqual([0, 0, 1])
  })

  it('[SH228] selects by taps, and more by handles', async () => {
    await using window = await open()
    const touches = await Touches.on(window)
    await touches.tap(B4)
    await poll(() => selected(window)).toBe('B4')
    const [x, y] = await touches.handle('last')
    await touches.drag([x, y], [x + 88, y + 48])
    await poll(() => selected(window)).toBe('B4:C6')
    const first = await touches.handle('first')
    await touches.drag(first, [first[0] - 60, first[1] - 24])
    await poll(() => selected(window)).toBe('A3:C6')
    await touches.tap([20, 249])
    await poll(() => selected(window)).toBe('10:10')
    await touches.tap([134, 8])
    await poll(() => selected(window)).toBe('B:B')
  })

  atNight('[SH228] scrolls below a handle at the edge', async () => {
    await using window = await open()
    const touches = await Touches.on(window)
    await touches.tap(B4)
    await poll(() => selected(window)).toBe('B4')
    const from = await touches.handle('last')
    const { height } = (await window.canvas.boundingBox())!
    await touches.send('touchStart', from)
    await touches.send('touchMove', [from[0], from[1] + 100])
    await touches.send('touchMove', [from[0], height - 4])
    const lastRow = async () => Number(/\d+$/.exec((await selected(window)) ?? '')?.[0])
    await poll(lastRow).toBeGreaterThan(60)
    await touches.send('touchEnd')
  })

  atNight('[SH229] is typed into after a double tap, and shows no keyboard before', async () => {
    await using window = await open()
    const touches = await Touches.on(window)
    await touches.tap(B4)
    await poll(() => selected(window)).toBe('B4')
    await poll(() => keyboard(window)).toBe('none')
    await touches.doubleTap(B10)
    await poll(() => keyboard(window)).toBe('text')
    await window.page.keyboard.type('tapped')
    await window.page.keyboard.press('Enter')
    await window.untilCell([9, 1], 'tapped')
    await poll(() => selected(window)).toBe('B11')
    await poll(() => keyboard(window)).toBe('text')
    await touches.tap(B4)
    await poll(() => keyboard(window)).toBe('none')
    await untilInOrder(window)
  })

  it('[SH229] is typed into after a double tap on the border of what the first tap selects', async () => {
    await using window = await open()
    const touches = await Touches.on(window)
    // Where B begins
    await touches.doubleTap([134, 105])
    await poll(() => keyboard(window)).toBe('text')
    await window.page.keyboard.type('edge')
    await window.page.keyboard.press('Enter')
    await window.untilCell([3, 1], 'edge')
    await untilInOrder(window)
  })

  it('[SH230] has a menu under a finger that rests', async () => {
    await using window = await open()
    const touches = await Touches.on(window)
    const { page } = window
    await touches.send('touchStart', B10)
    const entry = page.locator('.univer-popup').getByRole('button', { name: 'Add note' })
    await entry.waitFor()
    await touches.send('touchEnd')
    await poll(() => selected(window)).toBe('B10')
    await poll(async () => (await entry.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    const menu = page
      .locator('.univer-popup > section')
      .filter({ has: page.getByRole('button', { name: 'Add note' }) })
    const edges = async () => {
      const { x, y, width, height } = (await menu.boundingBox())!
      return x >= 0 && y >= 0 && x + width <= 390 && y + height <= 844
    }
    await poll(edges).toBe(true)
    await page.locator('.univer-popup').getByText('Insert', { exact: true }).tap()
    const below = page.locator('[data-u-context-menu-submenu]').getByText('Move Down')
    await below.waitFor()
    const right = async () => {
      const box = await below.boundingBox()
      return box!.x + box!.width
    }
    await poll(right).toBeLessThanOrEqual(390)
    // A tap elsewhere closes it, and does no more.
    await touches.tap([60, 105])
    await entry.waitFor({ state: 'hidden' })
    expect(await selected(window)).toBe('B10')
  })

  it('[SH231] ends above the keyboard while a cell is typed into', async () => {
    await using window = await open()
    const touches = await Touches.on(window)
    const { page, canvas } = window
    await touches.doubleTap([170, 609])
    await poll(() => keyboard(window)).toBe('text')
    await poll(() => selected(window)).toBe('B25')
    await showKeyboard(page)
    const bottom = async () => {
      const box = await canvas.boundingBox()
      return box!.y + box!.height
    }
    await poll(bottom).toBeLessThanOrEqual(500)
    await page.keyboard.type('low')
    // The first one is that of the field above the cells.
    const editor = page.locator('canvas#univer-doc-main-canvas').nth(1)
    const typed = async () => {
      const box = await editor.boundingBox()
      return box !== null && box.y > 147 && box.y + box.height <= 500
    }
    await poll(typed).toBe(true)
    await page.keyboard.press('Enter')
    await window.untilCell([24, 1], 'low')
    await hideKeyboard(page)
    await poll(bottom).toBeGreaterThan(780)
    await untilInOrder(window)
  })

  it('[SH232] leaves the room of the zoom to the tabs', async () => {
    await using window = await open()
    await Touches.on(window)
    await poll(() => window.page.locator('.grid footer > section > :last-child').isVisible()).toBe(
      false,
    )
    await window.tab('Sheet 2').tap()
    const active = () =>
      window.page.evaluate(() => {
        const { whereabouts } = globalThis as unknown as {
          whereabouts: { activeSheet: () => string }
        }
        return whereabouts.activeSheet()
      })
    await poll(active).toBe('sheet-2')
  })

  it('[SH225] loads nothing for a mouse, which selects by dragging', async () => {
    await using window = await sheets.open(sheets.newRoom(), ann)
    await window.untilTools()
    await window.drag({ x: B4[0], y: B4[1] }, { x: B10[0] + 88, y: B10[1] })
    await poll(() => selected(window)).toBe('B4:C10')
    expect(await window.page.locator('.selection-handle').count()).toBe(0)
  })

  it('[SH225] follows fingers after the first touch on a device with a mouse', async () => {
    const context = await sheets.browser.newContext({ ...PHONE, isMobile: false })
    await using window = await sheets.open(sheets.newRoom(), ann, { context })
    await window.untilTools()
    await window.page.locator('main').tap({ position: { x: 200, y: 300 } })
    const touches = await Touches.on(window)
    await touches.tap(B4)
    await poll(() => selected(window)).toBe('B4')
    await touches.handle('last')
    await window.select('B10')
    await window.page.locator('.selection-handle:visible').waitFor({ state: 'detached' })
  })
})

describe('a sheet that may only be read, under fingers', () => {
  const office = new GuardedOffice()

  it('[SH233] scrolls and selects, and gets no keyboard', async () => {
    await office.allow('bob', READER)
    await using window = await office.sheet(office.newRoom(), 'bob', undefined, PHONE)
    await window.untilTools()
    const touches = await Touches.on(window)
    await touches.tap(B4)
    await poll(() => selected(window)).toBe('B4')
    await touches.drag([200, 500], [200, 260])
    await touches.doubleTap(B4)
    await poll(() => selected(window)).toBe('B14')
    await untilStill(window)
    expect(await keyboard(window)).toBe('none')
  })
})

describe('a page under fingers', () => {
  const pages = new Pages()

  it('[SH234] ends above the keyboard', async () => {
    const { baseUrl, browser } = pages
    const context = await browser.newContext(PHONE)
    const path = `/pages/${pages.newRoom()}`
    await using window = await OfficeWindow.open(browser, { baseUrl, path, person: ann, context })
    await window.untilOpen()
    const { page } = window
    const bottom = async () => {
      const box = await page.locator('main').boundingBox()
      return box!.y + box!.height
    }
    await page.locator('.page-footer').waitFor()
    await window.text.tap()
    await showKeyboard(page)
    await poll(bottom).toBeLessThanOrEqual(500)
    const toolbar = page.getByRole('toolbar').first()
    await poll(async () => ((await toolbar.boundingBox())?.y ?? -1) >= 0).toBe(true)
    await hideKeyboard(page)
    await poll(bottom).toBeGreaterThan(780)
  })
})
