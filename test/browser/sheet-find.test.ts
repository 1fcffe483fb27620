import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets } from './sheets.js'

describe('finding and replacing', () => {
  const sheets = new Sheets()

  /** Opens the dialog by a key, and searches. */
  async function find(window: SheetWindow, key: string, text: string): Promise<Locator> {
    const { page } = window
    await window.untilTools()
    const dialog = page.getByRole('dialog')
    const input = dialog.getByPlaceholder('Find in this Sheet')
    // The dialog stays closed while a cell is being edited, which ends a moment after the key that ends it.
    await expect
      .poll(async () => {
        if (!(await dialog.isVisible())) await page.keyboard.press(key)
        return input.isVisible()
      })
      .toBe(true)
    await expect.poll(() => input.evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.type(text)
    await expect
      .poll(async () => {
        await page.keyboard.press('Enter')
        return dialog.getByText(/[1-9]\/[1-9]/).isVisible()
      })
      .toBe(true)
    return dialog
  }

  it('[SF10 SF11] finds by Ctrl+F, with the keyboard alone', async () => {
    await using window = await sheets.open(sheets.newRoom(), ann)
    const { page } = window
    await window.write('B2', 'an apple')
    await window.write('C4', 'apples')
    await window.select('A1')
    const dialog = await find(window, 'Control+f', 'apple')
    const isFirst = await dialog.getByText('1/2').isVisible()
    await page.keyboard.press('Enter')
    await dialog.getByText(isFirst ? '2/2' : '1/2').waitFor()
    await page.keyboard.press('Escape')
    await poll(() => window.ownCell()).toBe(isFirst ? 'C4' : 'B2')
    expect(window.complaints).toEqual([])
  })

  it('[SF10] comes with the handle that fills cells, which Univer starts later', async () => {
    await using window = await sheets.open(sheets.newRoom(), ann)
    await window.write('A1', 'x')
    await window.select('A1')
    await window.untilTools()
    await window.drag({ x: 134, y: 44 }, { x: 90, y: 80 })
    await window.untilCell([2, 0], 'x')
    expect(window.complaints).toEqual([])
  })

  atNight('[SF11 SH15] replaces in every window, as one step of undo', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.write('A1', 'apple')
    await anns.write('A2', 'apple pie')
    await anns.write('A3', '=A1&"!"')
    await bobs.untilCell([1, 0], 'apple pie')
    await anns.select('B1')
    const dialog = await find(anns, 'Control+h', 'apple')
    await dialog.getByPlaceholder('Input Replace String').fill('plum')
    await dialog.getByRole('button', { name: 'Replace All' }).click()
    await anns.page.getByRole('button', { name: /confirm|OK/i }).click()
    await bobs.untilCell([0, 0], 'plum')
    await bobs.untilCell([1, 0], 'plum pie')
    await poll(() => bobs.read('A3')).toBe('plum!')
    await bobs.write('C1', 'from Bob')
    await anns.untilCell([0, 2], 'from Bob')
    await anns.page.keyboard.press('Escape')
    await anns.select('B1')
    await anns.page.keyboard.press('Control+z')
    for (const window of [anns, bobs]) {
      await window.untilCell([0, 0], 'apple')
      await window.untilCell([1, 0], 'apple pie')
      await window.untilCell([0, 2], 'from Bob')
      await window.untilInOrder()
    }
  })
})
