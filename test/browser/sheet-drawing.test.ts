import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, Sheets } from './sheets.js'

const ROWS = 8
const sheets = new Sheets()

describe('drawing', () => {
  atNight('[SH135] draws the row of a written cell and those beside it, and no other', async () => {
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
    await expect.poll(() => drawn.jsonValue()).toContain('changed')
    const texts = await drawn.jsonValue()
    // Borders reach into the rows beside theirs.
    const near = ['row 1', 'is 1', 'is 2', 'row 3', 'is 3']
    expect(new Set(texts.filter((text) => /^(?:row|is) /.test(text)))).toEqual(new Set(near))
  })

  it.each([1, 1.5])(
    '[SH135] rows that are drawn by themselves look as if all had been drawn, at %s pixels a pixel',
    async (deviceScaleFactor) => {
      const room = sheets.newRoom()
      const post = (cells: Cells) =>
        postDocument(sheets.baseUrl, room, (doc) => {
          const map = doc.getMap('cells:sheet-1')
          for (const [key, cell] of Object.entries(cells)) map.set(key, cell)
        })
      await postDocument(sheets.baseUrl, room, (doc) => {
        for (const [key, style] of Object.entries(STYLES))
          doc.getMap('styles:sheet-1').set(key, style)
        doc.getMap('merges:sheet-1').set('6:0', '6:1')
      })
      await post(BEFORE)
      await using context = await sheets.browser.newContext({
        viewport: { width: 1_200, height: 700 },
        deviceScaleFactor,
      })
      await using bobs = await sheets.open(room, bob, { context })
      await bobs.untilCell([9, 0], 'the last before')
      await stillPicture(bobs)
      for (const [index, cells] of EDITS.entries()) {
        await post({ ...cells, '9:0': { v: `edit ${index}` } })
        await bobs.untilCell([9, 0], `edit ${index}`)
      }
      const drawn = await stillPicture(bobs)
      await bobs.page.reload()
      await bobs.untilOpen()
      await expect.poll(() => stillPicture(bobs), { timeout: 20_000 }).toBe(drawn)
    },
  )
})

type Cells = { readonly [key: string]: object }

const LINE = { s: 8, cl: { rgb: '#b91c1c' } }
const BORDERED = { bg: { rgb: '#fef3c7' }, bd: { t: LINE, r: LINE, b: LINE, l: LINE } }
const LONG = 'a long text that goes far beyond its own cell'
/** Styles that reach beyond a cell: borders, and a merge. */
const STYLES: Cells = {
  '1:1': BORDERED,
  '2:0': BORDERED,
  '2:3': BORDERED,
  '4:1': { ht: 3, bl: 1 },
  '6:0': BORDERED,
}
const BEFORE: Cells = {
  '0:0': { v: 'one' },
  '1:0': { v: LONG },
  '2:3': { v: 'three' },
  '3:1': { f: ['=', '8:0', '+1'] },
  '5:0': { v: LONG },
  '6:0': { v: 'merged' },
  '8:0': { v: 4 },
  '9:0': { v: 'the last before' },
}
const EDITS: readonly Cells[] = [
  { '1:1': { v: 'in the way' } },
  { '2:0': { v: LONG } },
  { '0:2': { v: -12.5 }, '5:1': { v: 'stops it' } },
  { '8:0': { v: 41 } },
  { '4:1': { v: 'to the right' } },
  { '6:0': { v: 'merged and longer than both' } },
  { '1:1': {}, '5:0': { v: 'short' } },
  { '2:0': { v: 'short' }, '7:5': { v: LONG } },
]

/** Returns the picture of the grid once it has been the same for a while. */
async function stillPicture(window: SheetWindow): Promise<string> {
  return window.canvas.evaluate(async (canvas) => {
    const picture = () => (canvas as HTMLCanvasElement).toDataURL()
    let last = picture()
    for (let same = 0; same < 90; same++) {
      await new Promise((resolve) => void requestAnimationFrame(resolve))
      const now = picture()
      if (now !== last) same = 0
      last = now
    }
    return last
  })
}
