import { describe, it } from 'vitest'
import { atNight } from '../at-night.js'
import { postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

const MENU = 'sheet.operation.open.conditional.formatting.panel'

describe('conditional formats', () => {
  const sheets = new Sheets()

  async function open(room: string, person = ann): Promise<SheetWindow> {
    const window = await sheets.open(room, person)
    await window.untilTools()
    return window
  }

  /** The rows of the first column, from 1 on, whose cells have a color behind them. */
  const colored = ({ page }: SheetWindow) =>
    page.evaluate(() => {
      const { whereabouts } = globalThis as unknown as {
        whereabouts: { background: (sheet: string, row: number, column: number) => string }
      }
      const rows = [1, 2, 3, 4, 5, 6]
      return rows.filter((row) => whereabouts.background('sheet-1', row - 1, 0))
    })

  async function untilColored(rows: readonly number[], ...windows: readonly SheetWindow[]) {
    for (const window of windows) await poll(() => colored(window)).toEqual(rows)
  }

  /** Chooses from the menu of conditional formats in the toolbar, which begins with other tools. */
  async function choose({ page }: SheetWindow, what: string): Promise<void> {
    await page.locator('[data-u-comp="ribbon-toolbar-more"] button').click()
    await page.locator(`[data-u-command="${MENU}"]:visible`).click()
    await page.getByRole('menuitem', { name: what, exact: true }).click()
  }

  const submit = ({ page }: SheetWindow) => page.getByRole('button', { name: 'Submit' }).click()
  const textOf = ({ page }: SheetWindow) => page.locator('[data-u-comp="sidebar"] input').last()

  atNight(
    '[SF20 SF21 SF25] are added in the toolbar, shown to everyone, follow lines, and are undone alone',
    async () => {
      const room = sheets.newRoom()
      await using anns = await open(room)
      await using bobs = await open(room, bob)
      await anns.select('A1')
      await anns.paste('a1\na2\nb2\na3')
      await bobs.untilCell([3, 0], 'a3')
      await anns.selectRange('A1', 'A4')
      await choose(anns, 'Highlight Cell')
      await textOf(anns).fill('2')
      await submit(anns)
      await untilColored([2, 3], anns, bobs)
      await bobs.insertRowAbove('A2')
      await untilColored([3, 4], anns, bobs)
      await bobs.write('A1', 'c2')
      await untilColored([1, 3, 4], anns, bobs)
      await untilInOrder(anns, bobs)

      await bobs.page.reload()
      await bobs.untilOpen()
      await bobs.untilTools()
      await untilColored([1, 3, 4], bobs)
      await anns.select('C9')
      await anns.page.keyboard.press('Control+z')
      await untilColored([], anns, bobs)
      await poll(() => bobs.cell('A1')).toEqual({ v: 'c2' })
      await untilInOrder(anns, bobs)
    },
  )

  it('[SF25] are added by keyboard', async () => {
    await using window = await open(sheets.newRoom())
    const { page } = window
    await window.write('A1', 'x2')
    await window.select('A1')
    await page.keyboard.press('Alt+Shift+f')
    await page.getByText('Conditional Formatting', { exact: true }).waitFor()
    await textOf(window).focus()
    await page.keyboard.type('2')
    await page.getByRole('button', { name: 'Submit' }).focus()
    await page.keyboard.press('Enter')
    await untilColored([1], window)
    await untilInOrder(window)
  })

  atNight(
    '[SF22 SF24 SF25] have formulas that are calculated for everyone, and count numbers that were there before',
    async () => {
      const room = sheets.newRoom()
      await using anns = await open(room)
      await anns.select('A1')
      await anns.paste('1\t1\n2\n2\n3')
      await anns.untilSaved()
      await postDocument(sheets.baseUrl, room, (doc) => {
        doc.getMap('about').set('format', 4)
        const entries = doc.getMap('rules:sheet-1')
        entries.set('a/at', 'k')
        entries.set('a/ranges', ['0:0..3:0'])
        entries.set('a/effect', {
          type: 'highlightCell',
          style: { bg: { rgb: '#fde68a' } },
          subType: 'formula',
          value: ['=', '0:0', '>', '$0:$1', ''],
        })
      })
      await untilColored([2, 3, 4], anns)
      await using bobs = await open(room, bob)
      await untilColored([2, 3, 4], bobs)
      await bobs.write('B1', '2')
      await untilColored([4], anns, bobs)
      await bobs.insertRowAbove('A1')
      await untilColored([5], anns, bobs)
      await untilInOrder(anns, bobs)
    },
  )
})
