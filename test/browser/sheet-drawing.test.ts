import { describe, expect, it } from 'vitest'
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
})
