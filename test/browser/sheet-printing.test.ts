import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { writeRed } from './red-picture.js'
import { ann, poll, Sheets } from './sheets.js'

/** A server takes an update of so many entries. */
const ROWS_AT_ONCE = 500
/** A page of a PDF, which isn't the list of its pages. */
const PAGE = /\/Type\s*\/Page\b(?!s)/g
const MEDIA = /\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/

const dialog = ({ page }: SheetWindow) => page.getByRole('dialog', { name: 'Print' })
const paper = (window: SheetWindow) => dialog(window).locator('.print-page')
const status = (window: SheetWindow) =>
  dialog(window).locator('output').filter({ hasText: /^Page/ }).textContent()
const printed = ({ page }: SheetWindow) => page.locator('.print-pages > .print-page')

interface Pdf {
  readonly pages: number
  /** Of the first page, in millimeters. */
  readonly width: number
  readonly height: number
  /** Of each page, in its order. */
  readonly texts: readonly string[]
}

/** Has the dialog print, and returns what a browser would save. */
async function print(window: SheetWindow): Promise<Pdf> {
  const { page } = window
  await page.evaluate(() => void (globalThis.print = () => undefined))
  await dialog(window).getByRole('button', { name: 'Print or save as PDF…' }).click()
  await printed(window).first().waitFor({ state: 'attached' })
  await dialog(window).waitFor({ state: 'detached' })
  const texts = await printed(window).allTextContents()
  const bytes = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  const text = bytes.toString('latin1')
  const [, width, height] = MEDIA.exec(text) ?? []
  const toMm = (points: string | undefined) => Math.round((Number(points) / 72) * 25.4)
  return { pages: text.match(PAGE)?.length ?? 0, width: toMm(width), height: toMm(height), texts }
}

const bound = (value: number) => ({ type: 'num', value })
const BARS = {
  type: 'dataBar',
  isShowValue: true,
  config: {
    min: bound(0),
    max: bound(100),
    isGradient: true,
    positiveColor: '#00aa00',
    nativeColor: '#ff0000',
  },
}

describe('a printed sheet', () => {
  const sheets = new Sheets()

  /** A window on a sheet with numbered rows, the first of which is frozen. */
  async function open(rows: number, columns = 3): Promise<SheetWindow> {
    const room = sheets.newRoom()
    for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
      await postDocument(sheets.baseUrl, room, (doc) => {
        const cells = doc.getMap('cells:sheet-1')
        doc.getMap('about').set('title', 'Budget <2026>')
        doc.getMap('sheets').set('sheet-1/rows', Math.max(1_000, rows))
        doc.getMap('sheets').set('sheet-1/frozen-rows', 'i0000i')
        for (let row = from; row < Math.min(rows, from + ROWS_AT_ONCE); row++) {
          for (let column = 0; column < columns; column++) {
            const v = row === 0 ? `Head ${column + 1}` : `R${row + 1}C${column + 1}`
            cells.set(`${row}:${column}`, { v })
          }
        }
      })
    }
    const window = await sheets.open(room, ann)
    await window.untilTools()
    return window
  }

  /** A window on a sheet that somebody else's client wrote. */
  async function openWith(
    write: (put: (map: string, key: string, value: unknown) => void) => void,
  ): Promise<SheetWindow> {
    const room = sheets.newRoom()
    await postDocument(sheets.baseUrl, room, (doc) =>
      write((map, key, value) => void doc.getMap(map).set(key, value)),
    )
    const window = await sheets.open(room, ann)
    await window.untilTools()
    return window
  }

  async function ask(window: SheetWindow): Promise<void> {
    await window.page.keyboard.press('Control+p')
    await paper(window).waitFor()
  }

  atNight(
    '[OF92 OF93 OF94] has pages of whole rows, with frozen rows, title and numbers on each, as the preview shows them',
    async () => {
      await using window = await open(120)
      await ask(window)
      await dialog(window).getByLabel('Paper').selectOption('a4')
      await poll(() => status(window)).toBe('Page 1 of 3')
      await dialog(window).getByRole('button', { name: 'Next page' }).click()
      const second = (await paper(window).textContent())!
      expect(second).toContain('Head 1')
      expect(second).toContain('Budget <2026>')
      expect(second).toContain('Page 2 of 3')
      expect(second).not.toContain('R2C1')
      const pdf = await print(window)
      expect(pdf).toMatchObject({ pages: 3, width: 210, height: 297 })
      const { texts } = pdf
      expect(await printed(window).count()).toBe(0)
      expect(texts[1]).toBe(second)
      const order = texts.join('').match(/R\d+C1(?!\d)/g)!
      expect(order).toEqual(Array.from({ length: 119 }, (_, row) => `R${row + 2}C1`))
      expect(texts.every((text) => text.startsWith('Head 1'))).toBe(true)
    },
  )

  it('[SH186] has images where they are, below repeated rows and cut at the edges of pages', async () => {
    const room = sheets.newRoom()
    await postDocument(sheets.baseUrl, room, (doc) => {
      doc.getMap('sheets').set('sheet-1/frozen-rows', 'i0000i')
      doc.getMap('cells:sheet-1').set('0:0', { v: 'Head' })
      writeRed(doc, 'over', { cell: '1:1', x: 4, y: 6 })
      writeRed(doc, 'within', { cell: '2:0', within: true })
      writeRed(doc, 'long', { cell: '4:2', x: 0, y: 0 }, { size: { width: 60, height: 1_500 } })
    })
    await using window = await sheets.open(room, ann)
    await window.untilTools()
    await ask(window)
    await dialog(window).getByLabel('Paper').selectOption('a4')
    await poll(() => status(window)).toBe('Page 1 of 2')
    const boxes = () =>
      paper(window)
        .locator('.print-images img')
        .evaluateAll((all) => all.map((image) => image.getAttribute('style')))
    await poll(() => boxes()).toEqual([
      'left: 176px; top: 96px; width: 60px; height: 1500px;',
      'left: 92px; top: 30px; width: 60px; height: 40px;',
      'left: 26px; top: 48px; width: 36px; height: 24px;',
    ])
    await dialog(window).getByRole('button', { name: 'Next page' }).click()
    // Below the frozen row, which has no image.
    await poll(boxes).toEqual([expect.stringMatching(/^left: 176px; top: -\d+px;/)])
    const parts = paper(window).locator('.print-images')
    await poll(() => parts.evaluateAll((all) => all.map((part) => part.style.top))).toEqual([
      '0px',
      '24px',
    ])
    await poll(() => print(window)).toMatchObject({ pages: 2 })
  })

  it('[OF92 OF93 SH159 SH186] has columns on each page, and what was printed is proposed to everyone, wherever it is then', async () => {
    const room = sheets.newRoom()
    await postDocument(sheets.baseUrl, room, (doc) => {
      for (let row = 0; row < 6; row++) {
        for (let column = 0; column < 12; column++) {
          doc.getMap('cells:sheet-1').set(`${row}:${column}`, { v: `R${row + 1}C${column + 1}` })
        }
      }
      // Text that would go on over the cells beside it.
      doc.getMap('cells:sheet-1').set('1:1', {})
      doc.getMap('cells:sheet-1').set('1:0', { v: 'A title that is longer than its cell' })
      writeRed(doc, 'far', { cell: '0:8', x: 0, y: 0 })
    })
    await using anns = await sheets.open(room, ann)
    await anns.untilTools()
    await anns.selectRange('A1', 'L4')
    await ask(anns)
    await dialog(anns).getByLabel('Paper').selectOption('a4')
    await dialog(anns).getByLabel('Size').selectOption('100')
    await dialog(anns).getByLabel('What to print').selectOption('selection')
    await dialog(anns).getByLabel('Columns at the left of each page').fill('1')
    await poll(() => status(anns)).toBe('Page 1 of 2')
    await dialog(anns).getByRole('button', { name: 'Next page' }).click()
    await poll(() => paper(anns).textContent()).toMatch(
      /^R1C1R1C8R1C9.*A title.*R2C8.*R4C12Sheet 1/,
    )
    const title = paper(anns).locator('.print-text', { hasText: 'A title' })
    await poll(() => title.evaluate(({ style }) => style.width)).toBe('88px')
    // Between the first column and the others there are some that aren't on this page.
    const parts = paper(anns).locator('.print-images')
    const placed = () =>
      parts.evaluateAll((all) => all.map(({ style }) => [style.left, style.width]))
    await poll(placed).toEqual([
      ['0px', '88px'],
      ['88px', '440px'],
    ])
    await poll(() => parts.nth(1).locator('img').getAttribute('style')).toMatch(
      /^left: 88px; top: 0px;/,
    )
    expect((await print(anns)).pages).toBe(2)

    await using bobs = await sheets.open(room, { name: 'Bob', color: '#1d4ed8' })
    await bobs.untilTools()
    await bobs.insertRowAbove('A1')
    await ask(bobs)
    const cells = dialog(bobs).getByLabel('What to print')
    await poll(() => cells.locator('option:checked').textContent()).toBe('A2:L5, as the last time')
    expect(await dialog(bobs).getByLabel('Columns at the left').inputValue()).toBe('1')
    await poll(() => paper(bobs).textContent()).toMatch(/^R1C1R1C2/)
    await cells.selectOption('all')
    await poll(() => paper(bobs).textContent()).toMatch(/R6C7/)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  atNight(
    '[OF92 OF93] goes on to the right, fits in width or one page, and is of the selected cells alone',
    async () => {
      await using window = await open(60, 20)
      await window.selectRange('B2', 'C3')
      await ask(window)
      const size = dialog(window).getByLabel('Size')
      const pages = () => status(window)
      await dialog(window).getByLabel('Paper').selectOption('letter')
      await size.selectOption('100')
      await poll(pages).toBe('Page 1 of 6')
      await size.selectOption('page')
      await poll(pages).toBe('Page 1 of 1')
      await dialog(window).getByLabel('Landscape').check()
      await dialog(window).getByLabel('What to print').selectOption('selection')
      await dialog(window).getByLabel('Rows at the top of each page').fill('0')
      await dialog(window).getByLabel('Title and page numbers').uncheck()
      await poll(() => paper(window).textContent()).toBe('R2C2R2C3R3C2R3C3')
      const texts = ['R2C2R2C3R3C2R3C3']
      await poll(() => print(window)).toMatchObject({ pages: 1, width: 279, height: 216, texts })
    },
  )

  atNight(
    '[OF95] of 10,000 rows is made while the window responds, and of too many pages is refused',
    async () => {
      await using window = await open(10_000, 4)
      await ask(window)
      await dialog(window).getByLabel('Size').selectOption('100')
      const longest = await window.page.evaluateHandle(() => {
        const durations: number[] = []
        new PerformanceObserver((list) => {
          durations.push(...list.getEntries().map(({ duration }) => duration))
        }).observe({ type: 'longtask' })
        return durations
      })
      await window.page.evaluate(() => void (globalThis.print = () => undefined))
      await dialog(window).getByRole('button', { name: 'Print or save as PDF…' }).click()
      await dialog(window).waitFor({ state: 'detached', timeout: 30_000 })
      await poll(() => printed(window).count()).toBeGreaterThan(180)
      expect(Math.max(0, ...(await longest.jsonValue()))).toBeLessThan(1_000)
      await ask(window)
      await dialog(window).getByLabel('Size').selectOption('150')
      await dialog(window).getByLabel('Rows at the top of each page').fill('9')
      await dialog(window).getByLabel('Landscape').check()
      await dialog(window)
        .getByText(/At most 1,000 can be printed at once/)
        .waitFor()
      expect(
        await dialog(window).getByRole('button', { name: 'Print or save as PDF…' }).isDisabled(),
      ).toBe(true)
    },
  )

  it('[OF94] shows check boxes and data bars', async () => {
    await using window = await openWith((put) => {
      put('cells:sheet-1', '0:0', { v: 1 })
      put('cells:sheet-1', '1:0', { v: 0 })
      put('validations:sheet-1', 'a/at', 'i')
      put('validations:sheet-1', 'a/ranges', ['0:0..1:0'])
      put('validations:sheet-1', 'a/check', { type: 'checkbox' })
      put('cells:sheet-1', '0:1', { v: 25 })
      put('cells:sheet-1', '1:1', { v: 100 })
      put('rules:sheet-1', 'b/at', 'i')
      put('rules:sheet-1', 'b/ranges', ['0:1..1:1'])
      put('rules:sheet-1', 'b/effect', BARS)
    })
    await ask(window)
    const boxes = paper(window).locator('.print-box')
    const classes = () => boxes.evaluateAll((all) => all.map(({ className }) => className))
    await poll(classes).toEqual(['print-box ticked', 'print-box'])
    const bars = paper(window).locator('.print-bar')
    const widths = await bars.evaluateAll((all) =>
      all.map((bar) => (bar as HTMLElement).style.width),
    )
    expect(widths).toEqual(['25%', '100%'])
    await poll(() => paper(window).textContent()).toMatch(/^25100/)
  })

  it('[OF95 OF98] of a stranger loads nothing, and opens at once, however far its last cell is', async () => {
    await using window = await openWith((put) => {
      put('sheets', 'sheet-1/rows', 100_000)
      put('sheets', 'sheet-1/columns', 5_000)
      put('sheets', 'sheet-1/print', { paper: '__proto__', size: 1e9, rows: 100, margins: {} })
      put('cells:sheet-1', '99999:4999', { v: 'far' })
      put('cells:sheet-1', '0:0', { v: 'near' })
      const bg = { rgb: 'url(https://elsewhere.invalid/x.png)' }
      put('styles:sheet-1', '0:0', { bg, ff: '"; color: red', fs: 1e9 })
    })
    await window.page.keyboard.press('Control+p')
    await dialog(window)
      .getByText(/At most 1,000 can be printed at once/)
      .waitFor()
    await dialog(window).getByRole('button', { name: 'Cancel' }).click()
    await window.selectRange('A1', 'B2')
    await window.page.keyboard.press('Control+p')
    await dialog(window).getByLabel('What to print').selectOption('selection')
    await poll(() => paper(window).textContent()).toMatch(/^near/)
    expect(await paper(window).locator('[style*="url("]').count()).toBe(0)
    expect(window.strayRequests).toEqual([])
    expect(window.complaints).toEqual([])
  })
})
