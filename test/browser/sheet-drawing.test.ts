import { describe, expect, it } from 'vitest'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, Sheets } from './sheets.js'

const ROWS = 8
const sheets = new Sheets()

describe('drawing', () => {
  it('[SH135] draws the row of a written cell and those beside it, and no other', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    const lines = Array.from({ length: ROWS }, (_, row) => `row ${row}\tis ${row}`)
    await anns.select('A1')
    await anns.paste(lines.join('\n'))
    await bobs.untilCell([ROWS - 1, 1], `is ${ROWS - 1}`)
    // Both are drawn and quiet when nothing has been drawn for some frames.
    const drawn = await bobs.page.evaluateHandle(async () => {
      const texts: string[] = []
      const context = CanvasRenderingContext2D.prototype
      // oxlint-disable-next-line typescript/unbound-method
      const fillText = context.fillText
      context.fillText = function (text, ...place) {
        texts.push(text)
        fillText.call(this, text, ...place)
      }
      for (let quiet = 0; quiet < 10; quiet++) {
        await new Promise((resolve) => void requestAnimationFrame(resolve))
        if (texts.length > 0) quiet = 0
        texts.length = 0
      }
      return texts
    })
    await anns.select('A3')
    await anns.page.keyboard.type('changed')
    await anns.page.keyboard.press('Enter')
    await expect.poll(() => drawn.jsonValue(), { timeout: 15_000 }).toContain('changed')
    const texts = await drawn.jsonValue()
    // Borders reach into the rows beside theirs.
    const near = ['row 1', 'is 1', 'is 2', 'row 3', 'is 3']
    expect(new Set(texts.filter((text) => /^(?:row|is) /.test(text)))).toEqual(new Set(near))
  })

  it.each([1, 1.5])(
    '[SH135] rows that are drawn by themselves look as if all had been drawn, at %s pixels a pixel',
    async (deviceScaleFactor) => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await anns.select('A1')
      await anns.paste('', TABLE)
      await anns.write('F2', '=A2&" and more of it"')
      await anns.untilSaved()
      await using context = await sheets.browser.newContext({
        viewport: { width: 1_200, height: 700 },
        deviceScaleFactor,
      })
      await using bobs = await sheets.open(room, bob, { context })
      await bobs.select('H1')
      for (const [cell, text] of EDITS) await anns.write(cell, text)
      for (const cell of CLEARED) {
        await anns.select(cell)
        await anns.page.keyboard.press('Delete')
      }
      await anns.write('A9', 'the last')
      await bobs.untilCell([8, 0], 'the last')
      // The results of formulas come after the cells.
      const drawn = await stillPicture(bobs)
      await bobs.page.reload()
      await bobs.untilOpen()
      await bobs.select('H1')
      await expect.poll(() => stillPicture(bobs), { timeout: 20_000 }).toBe(drawn)
    },
  )
})

const BORDERED = 'border: 2px solid #b91c1c; background: #fef3c7'
/** Styles that reach beyond a cell: borders, long and wrapped texts, high rows, merges. */
const TABLE = `<table>
  <tr><td style="${BORDERED}">one</td><td>two</td><td style="${BORDERED}">three</td><td></td></tr>
  <tr><td>a long text that goes far beyond its own cell</td><td></td><td></td><td>end</td></tr>
  <tr><td style="font-size: 24pt">high</td><td style="${BORDERED}">four</td><td></td><td></td></tr>
  <tr><td colspan="2" style="${BORDERED}">merged</td><td style="font-weight: bold">bold</td><td></td></tr>
  <tr><td style="white-space: normal; ${BORDERED}">words that wrap in their cell</td><td></td><td></td><td></td></tr>
  <tr><td style="text-align: right">right</td><td></td><td style="${BORDERED}">five</td><td></td></tr>
</table>`
const EDITS: readonly (readonly [cell: string, text: string])[] = [
  ['B1', 'changed'],
  ['B2', 'in the way'],
  ['A1', 'a longer text than before, in a cell with a border'],
  ['B3', '-12.5'],
  ['C4', '=1+2'],
  ['A6', 'to the right again'],
  ['D5', 'another long text that goes far beyond its own cell'],
  ['A2', 'short'],
]
const CLEARED = ['B2', 'C6', 'D2']

/** Returns the picture of the grid once it has been the same for a while. */
async function stillPicture(window: SheetWindow): Promise<string> {
  return window.canvas.evaluate(async (canvas) => {
    const picture = () => (canvas as HTMLCanvasElement).toDataURL()
    let last = picture()
    for (let same = 0; same < 30; same++) {
      await new Promise((resolve) => void requestAnimationFrame(resolve))
      const now = picture()
      if (now !== last) same = 0
      last = now
    }
    return last
  })
}
