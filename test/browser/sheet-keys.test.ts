import { describe, expect, it } from 'vitest'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

describe('keys of other spreadsheets', () => {
  const sheets = new Sheets()

  async function open(room = sheets.newRoom(), person = ann): Promise<SheetWindow> {
    const window = await sheets.open(room, person)
    await window.untilTools()
    return window
  }

  const activeTab = ({ page }: SheetWindow) =>
    page.locator('[data-u-comp="slide-tab-item"]').evaluateAll((tabs) => {
      const { whereabouts } = globalThis as unknown as {
        whereabouts: { activeSheet: () => string }
      }
      return tabs.find((tab) => (tab as HTMLElement).dataset['id'] === whereabouts.activeSheet())
        ?.textContent
    })

  it('[SF16] go to the first and last cell and to other sheets, and make a new one with a name like theirs', async () => {
    await using window = await open()
    const { page } = window
    await window.write('C4', 'last')
    await window.select('B6')
    await page.keyboard.press('Control+Home')
    await poll(() => window.ownCell()).toBe('A1')
    await page.keyboard.press('Control+End')
    await poll(() => window.ownCell()).toBe('C4')
    await page.keyboard.press('Control+PageDown')
    await poll(() => activeTab(window)).toBe('Sheet 2')
    await page.keyboard.press('Alt+ArrowDown')
    await poll(() => activeTab(window)).toBe('Sheet 3')
    await page.keyboard.press('Control+PageUp')
    await poll(() => activeTab(window)).toBe('Sheet 2')
    await page.keyboard.press('Shift+F11')
    await poll(() => window.tabs()).toEqual(expect.arrayContaining(['Sheet 4']))
    await window.untilInOrder()
  })

  it('[SF17] write the date and the time, and fill down and to the right, for everyone', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    const { page } = anns
    await anns.select('A1')
    await page.keyboard.press('Control+;')
    const today = Math.floor((Date.now() - Date.UTC(1899, 11, 30)) / 86_400_000)
    await bobs.untilCell([0, 0], today)
    await poll(() => bobs.cell('A1')).toMatchObject({ s: { n: { pattern: 'yyyy-mm-dd' } } })
    await anns.select('B1')
    await page.keyboard.press('Control+Shift+;')
    await poll(() => bobs.cell('B1')).toMatchObject({ s: { n: { pattern: 'hh:mm' } } })
    await anns.write('E1', '5')
    await anns.selectRange('E1', 'G1')
    await page.keyboard.press('Control+r')
    await bobs.untilCell([0, 6], 5)
    await anns.selectRange('G1', 'G4')
    await page.keyboard.press('Control+d')
    await bobs.untilCell([3, 6], 5)
    await untilInOrder(anns, bobs)
  })

  it('[SF26] write a sum of the numbers above or left of a cell, and at the edges of a table', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    const { page } = anns
    await anns.select('A1')
    await anns.paste('x\n1\n2\n\n')
    await anns.select('A5')
    await page.keyboard.press('Alt+=')
    await poll(() => bobs.cell('A5')).toEqual({ f: '=SUM(A2:A4)' })
    await poll(() => bobs.read('A5')).toBe('3')
    await anns.select('D3')
    await page.keyboard.press('Alt+=')
    await poll(() => bobs.cell('D3')).toEqual({ f: '=SUM(A3:C3)' })
    await anns.select('F1')
    await anns.paste('1\t2\n3\t4')
    await anns.selectRange('F1', 'H3')
    await page.keyboard.press('Alt+=')
    await poll(() => bobs.cell('F3')).toEqual({ f: '=SUM(F1:F2)' })
    await untilInOrder(anns, bobs)
    await page.keyboard.press('Control+z')
    await poll(() => bobs.cell('F3')).toEqual({})
    await poll(() => bobs.cell('D3')).toEqual({ f: '=SUM(A3:C3)' })
  })

  it('[SF19] write the format that comes with a result into nobody’s document', async () => {
    await using window = await open()
    await window.write('A1', '=TODAY()')
    await poll(() => window.read('A1')).toMatch(/^\d{4}\/\d\d\/\d\d$/)
    await window.untilInOrder()
    await window.untilSaved()
    await window.page.reload()
    await window.untilOpen()
    await poll(() => window.read('A1')).toMatch(/^\d{4}\/\d\d\/\d\d$/)
    await window.untilInOrder()
  })
})
