import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

describe('sorting', () => {
  const sheets = new Sheets()

  /** Chooses from the menu on a cell. */
  async function choose({ page }: SheetWindow, ...path: readonly string[]): Promise<void> {
    for (const name of path.slice(0, -1)) await page.getByText(name, { exact: true }).last().hover()
    await page.getByText(path.at(-1)!, { exact: true }).last().click()
  }

  async function sort(window: SheetWindow, first: string, last: string): Promise<void> {
    await window.untilTools()
    await window.selectRange(first, last)
    await window.openMenuOnSelection(first)
    await choose(window, 'Sort', 'Ascending')
  }

  it('[SF1 SF3 SF12] moves rows, with what others type meanwhile and their places', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.select('A1')
    await anns.paste('c\t3\t=B1*10\na\t1\t=B2*10\nb\t2\t=B3*10')
    await anns.write('E6', '=SUM(B1:B3)')
    await bobs.untilCell([2, 0], 'b')
    await bobs.select('B1')
    await bobs.page.keyboard.type('33')
    await anns.marker('B1').filter({ hasText: 'Bob' }).waitFor()
    await sort(anns, 'A1', 'C3')
    await anns.marker('B3').filter({ hasText: 'Bob' }).waitFor()
    await bobs.untilCell([0, 0], 'a')
    await bobs.page.keyboard.press('Enter')
    await anns.untilCell([2, 1], 33)
    await untilInOrder(anns, bobs)
    await poll(() => bobs.cell('C3')).toEqual({ f: '=B3*10' })
    await poll(() => anns.cell('E6')).toEqual({ f: '=SUM(B1:B3)' })
    await poll(() => anns.read('C3')).toBe('330')
    await poll(() => bobs.read('E6')).toBe('36')
    await anns.page.keyboard.press('Control+z')
    await bobs.untilCell([0, 0], 'c')
    await bobs.untilCell([0, 1], 33)
    await untilInOrder(anns, bobs)
    expect(anns.complaints).toEqual([])
  })

  atNight('[SF3] of a part of a table moves the contents of its cells', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.select('A1')
    await anns.paste('c\t3\na\t1\nb\t2')
    await sort(anns, 'A1', 'A3')
    await bobs.untilCell([0, 0], 'a')
    await bobs.untilCell([0, 1], 3)
    await untilInOrder(anns, bobs)
    await anns.page.keyboard.press('Control+z')
    await bobs.untilCell([0, 0], 'c')
    await untilInOrder(anns, bobs)
  })
})
