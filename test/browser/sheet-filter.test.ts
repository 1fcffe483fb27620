import { describe, expect, it } from 'vitest'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

const cleo = { name: 'Cleo', color: '#15803d' }
const DEFAULT_HEIGHT = 24

describe('a filter', () => {
  const sheets = new Sheets()

  /** Which rows of the first ones a window shows. */
  const shownRows = ({ page }: SheetWindow, count: number) =>
    page.evaluate((rows) => {
      const { whereabouts } = globalThis as unknown as {
        whereabouts: { isRowShown: (sheet: string, row: number) => boolean }
      }
      return Array.from({ length: rows }, (_, row) => row + 1).filter((row) =>
        whereabouts.isRowShown('sheet-1', row - 1),
      )
    }, count)

  it('[SF5 SF6 SF7 SF13] is set by keys, is shared, follows cells and lines, and is undone', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await Promise.all([anns.untilTools(), bobs.untilTools()])
    await anns.select('A1')
    await anns.paste('name\tn\na\t1\nb\t2\na\t3')
    await bobs.untilCell([3, 0], 'a')
    await bobs.select('A3')
    await anns.marker('A3').waitFor()
    await anns.selectRange('A1', 'B4')
    await anns.page.keyboard.press('Control+Shift+l')
    // The button at the right of the first header.
    await anns.canvas.click({ position: { x: 46 + 88 - 10, y: 20 + DEFAULT_HEIGHT / 2 } })
    const values = anns.page.locator('[data-u-comp="sheets-filter-panel-values-virtual"]')
    await values.locator('[data-u-comp="checkbox"]').nth(1).click()
    // The formula bar has a sign of this name as well.
    await anns.page.locator('button', { hasText: 'Confirm' }).click()
    for (const window of [anns, bobs]) await poll(() => shownRows(window, 5)).toEqual([1, 2, 4, 5])
    await untilInOrder(anns, bobs)
    // A marker in a hidden row is a line at its place.
    await anns.page.locator('[data-cell="A3"][data-hidden]').waitFor({ state: 'attached' })

    await bobs.write('A2', 'c')
    for (const window of [anns, bobs]) await poll(() => shownRows(window, 5)).toEqual([1, 4, 5])
    await bobs.insertRowAbove('A1')
    for (const window of [anns, bobs]) {
      await poll(() => shownRows(window, 6)).toEqual([1, 2, 5, 6])
    }
    await untilInOrder(anns, bobs)

    await using cleos = await sheets.open(room, cleo)
    await poll(() => shownRows(cleos, 6)).toEqual([1, 2, 5, 6])
    await untilInOrder(cleos)

    await anns.page.keyboard.press('Control+z')
    for (const window of [anns, bobs, cleos]) {
      await poll(() => shownRows(window, 6)).toEqual([1, 2, 3, 4, 5, 6])
    }
    await anns.page.keyboard.press('Control+z')
    await untilInOrder(anns, bobs, cleos)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })
})
