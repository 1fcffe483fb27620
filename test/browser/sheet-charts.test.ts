import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

const TABLE = 'Month\t2025\t2026\nJan\t10\t20\nFeb\t30\t40\nMar\t50\t60'

const charts = ({ page }: SheetWindow): Locator => page.locator('.chart')
const panel = ({ page }: SheetWindow): Locator =>
  page.getByRole('complementary', { name: 'Chart', exact: true })

/** Returns what each chart says to screen readers: its name and its values. */
const said = (window: SheetWindow) =>
  charts(window).evaluateAll((all) =>
    all.map((chart) => {
      const lines = [...chart.querySelectorAll('tr')].map((line) =>
        [...line.children].map((cell) => cell.textContent).join(' '),
      )
      return [chart.ariaLabel, ...lines.map((line) => line.trim())]
    }),
  )

const SALES = [
  'Column chart. Series: 2025, 2026.',
  '2025 2026',
  'Jan 10 20',
  'Feb 30 40',
  'Mar 50 60',
]

/** Returns where a chart is on the grid. */
async function boxOf(window: SheetWindow): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await charts(window).first().boundingBox()
  if (box === null) throw new Error('the chart is not shown')
  return box
}

async function insert(window: SheetWindow): Promise<void> {
  await window.select('A1')
  await window.paste(TABLE)
  await window.untilCell([3, 2], 60)
  await window.selectRange('A1', 'C4')
  await window.page.keyboard.press('Alt+F1')
  await panel(window).waitFor()
}

describe('charts', () => {
  const sheets = new Sheets()

  async function open(room: string, person = ann): Promise<SheetWindow> {
    const window = await sheets.open(room, person)
    await window.untilTools()
    return window
  }

  it('[SH200 SH202 SH203] are made of the selected cells, shown to everyone, and drawn again when anybody changes a cell', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await insert(anns)
    for (const window of [anns, bobs]) await poll(() => said(window)).toEqual([SALES])
    await poll(() => charts(bobs).locator('svg path').count()).toBeGreaterThan(6)
    await bobs.write('C3', '70')
    const changed = SALES.with(3, 'Feb 30 70')
    for (const window of [anns, bobs]) await poll(() => said(window)).toEqual([changed])
    await untilInOrder(anns, bobs)
  })
})
