import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { size } from '../size.js'
import { EXCEL, WPS } from './clipboard/excel.js'
import { BROWSER, DOCUMENTS, GOOGLE, LIBRE_OFFICE, TEXT, WORD } from './clipboard/others.js'
import { fetchDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets } from './sheets.js'

const CORPUS = [EXCEL, WPS, GOOGLE, LIBRE_OFFICE, WORD, DOCUMENTS, BROWSER, TEXT]
const SAMPLES = CORPUS.flatMap((samples) => size(samples.slice(0, 1), samples))

const sheets = new Sheets()

const merges = async (room: string) =>
  (await fetchDocument(sheets.baseUrl, room)).getMap('merges:sheet-1').toJSON()

/** Returns cells of the first sheet by name. */
async function cellsOf(window: SheetWindow, names: readonly string[]): Promise<object> {
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await window.cell(name)])),
  )
}

describe('pasting from other programs', () => {
  it.each(SAMPLES)(
    '[SH20 SH21 SH22 SH23 SH24 SH97 SH98 SH99] keeps the content of $program',
    async ({ text, html, cells, ...more }) => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await anns.select('A1')
      await anns.paste(text, html)
      await poll(() => cellsOf(anns, Object.keys(cells))).toEqual(cells)
      await anns.untilSaved()
      await poll(() => merges(room)).toEqual(more.merges ?? {})
      await anns.untilInOrder()
      expect(anns.complaints).toEqual([])
      expect(anns.strayRequests).toEqual([])
    },
  )
})

describe('copying and pasting', () => {
  atNight(
    '[SH26] copies displayed values: booleans, formats, spilled results, and lines in quotes',
    async () => {
      await using anns = await sheets.open(sheets.newRoom(), ann)
      await anns.write('A1', 'TRUE')
      await anns.write('A2', '50%')
      await anns.write('B1', '=SEQUENCE(3)')
      await anns.select('C1')
      await anns.paste('a\t"1\n2"\n<b>&"\t\n')
      await poll(() => anns.cell('D1')).toEqual({ v: '1\n2', s: { tb: 3 } })
      await anns.selectRange('A1', 'D3')
      await poll(async () => (await anns.copied()).text).toBe(
        'TRUE\t1\ta\t"1\n2"\n50%\t2\t<b>&"\t\n\t3\t\t',
      )
    },
  )

  it('[SH27] pastes the same into another window, from HTML and from text', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await anns.select('A1')
    const { text, html } = EXCEL[1]!
    await anns.paste(text, html)
    await anns.write('A2', '1234.5')
    await anns.write('B2', '=A2/5')
    await anns.write('C2', '12.5%')
    await anns.write('D2', 'TRUE')
    await anns.select('A3')
    await anns.paste('"1\n2"\t  two  spaces \t2026-11-28\t<i>&amp;</i>')
    const names = ['A1', 'B1', 'C1', 'D1', 'A2', 'C2', 'D2', 'A3', 'B3', 'C3', 'D3']
    await poll(() => anns.cell('D3')).toEqual({ v: '<i>&amp;</i>' })
    const cells = await cellsOf(anns, names)
    await anns.selectRange('A1', 'D3')
    const copied = await anns.copied()
    expect(copied.html).toContain('data-sheets-value')

    const another = sheets.newRoom()
    await using bobs = await sheets.open(another, bob)
    await bobs.select('A1')
    await bobs.paste(copied.text, copied.html)
    await poll(() => cellsOf(bobs, names)).toEqual(cells)
    // Formulas may refer to cells that weren't copied.
    await poll(() => bobs.cell('B2')).toEqual({ v: 246.9 })
    expect(bobs.complaints).toEqual([])
  })

  it('[SH28] keeps formulas within the window, and others see the result', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.write('A1', '7')
    await anns.write('B1', '=A1*2')
    await anns.selectRange('A1', 'B1')
    await anns.copied()
    await anns.select('A3')
    await anns.page.keyboard.press('Control+v')
    await poll(() => bobs.cell('B3')).toEqual({ f: '=A3*2' })
    for (const window of [anns, bobs]) await window.untilInOrder()
  })

  it('[SH28] doesn’t cut cells that others have changed meanwhile', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.write('A1', 'mine')
    await anns.write('A2', 'theirs')
    await anns.select('A2')
    await anns.page.keyboard.press('Control+x')
    await bobs.untilShows('A2', 'theirs')
    await bobs.insertRowAbove('A1')
    await poll(() => anns.cell('A2')).toEqual({ v: 'mine' })
    await anns.select('C1')
    await anns.page.keyboard.press('Control+v')
    await poll(() => bobs.cell('C1')).toEqual({ v: 'theirs' })
    expect(await cellsOf(bobs, ['A2', 'A3'])).toEqual({ A2: { v: 'mine' }, A3: { v: 'theirs' } })
  })
})

describe('a paste', () => {
  atNight('[SH25] extends the sheet if necessary, in one step of undo', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.select('A1')
    await anns.page.keyboard.press('Control+ArrowRight')
    await anns.page.keyboard.type('x')
    await anns.page.keyboard.press('Enter')
    await anns.page.keyboard.press('ArrowUp')
    await poll(() => anns.ownCell()).toBe('Z1')
    await anns.paste(Array.from({ length: 1_100 }, (_, row) => `${row}\tb`).join('\n'))
    await poll(() => anns.size()).toEqual({ rows: 1_100, columns: 27 })
    await poll(() => bobs.size()).toEqual({ rows: 1_100, columns: 27 })
    for (const window of [anns, bobs]) await window.untilInOrder()
    await anns.page.keyboard.press('Control+z')
    await poll(() => bobs.size()).toEqual({ rows: 1_000, columns: 26 })
    await poll(() => bobs.cell('Z1')).toEqual({ v: 'x' })
  })

  atNight('[SH100] pastes 100,000 cells into every window, and refuses more', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    const row = Array.from({ length: 10 }, (_, column) => column).join('\t')
    await anns.select('A1')
    await anns.paste(`${row}\n`.repeat(10_001))
    await poll(() => anns.notice.textContent()).toContain('100,000 cells')
    expect(await anns.size()).toEqual({ rows: 1_000, columns: 26 })
    await anns.paste(`${row}\n`.repeat(10_000))
    await poll(() => bobs.size()).toEqual({ rows: 10_000, columns: 26 })
    for (const window of [anns, bobs]) {
      await poll(() => window.cell('J10000')).toEqual({ v: 9 })
      await window.untilInOrder()
    }
  })

  atNight(
    '[SD44 SD47 SD12] of a table is a block, in which others write, and one undo of who pasted it',
    async () => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await using bobs = await sheets.open(room, bob)
      await anns.select('A1')
      const line = (row: number) =>
        Array.from({ length: 10 }, (_, column) => row * column).join('\t')
      await anns.paste(Array.from({ length: 30 }, (_, row) => line(row)).join('\n'))
      await poll(() => bobs.cell('J30')).toEqual({ v: 261 })
      await anns.untilSaved()
      const stored = await fetchDocument(sheets.baseUrl, room)
      const sizes = ['blocks', 'cells'].map((part) => stored.getMap(`${part}:sheet-1`).size)
      expect(sizes).toEqual([1, 0])
      await bobs.write('B3', 'of Bob')
      await bobs.select('C4')
      await bobs.page.keyboard.press('Delete')
      await bobs.insertRowAbove('A2')
      await anns.untilShows('B4', 'of Bob')
      await poll(() => cellsOf(anns, ['C5', 'D5', 'J31'])).toEqual({
        C5: {},
        D5: { v: 9 },
        J31: { v: 261 },
      })
      await anns.page.keyboard.press('Control+z')
      for (const window of [anns, bobs]) {
        await poll(() => cellsOf(window, ['A1', 'B4', 'C5', 'D5', 'J31'])).toEqual({
          A1: {},
          B4: { v: 'of Bob' },
          C5: {},
          D5: {},
          J31: {},
        })
        await window.untilInOrder()
      }
      await bobs.page.reload()
      await bobs.untilOpen()
      await bobs.untilShows('B4', 'of Bob')
    },
  )

  it('[SH25 SH100] fills a selection that it goes into evenly, and never half of a merged cell', async () => {
    await using anns = await sheets.open(sheets.newRoom(), ann)
    await anns.selectRange('A1', 'B4')
    await anns.paste('1\n2')
    await poll(() => cellsOf(anns, ['A1', 'B2', 'A3', 'B4'])).toEqual({
      A1: { v: 1 },
      B2: { v: 2 },
      A3: { v: 1 },
      B4: { v: 2 },
    })
    await anns.select('D1')
    await anns.paste('', '<table><tr><td colspan=2>wide</td></tr></table>')
    await poll(() => anns.cell('D1')).toEqual({ v: 'wide' })
    await anns.select('C1')
    await anns.paste('a\tb')
    await poll(() => anns.notice.textContent()).toContain('merged cells')
    expect(await anns.cell('C1')).toEqual({})
    // Goes to the merged cell, whose name is a range.
    await anns.page.keyboard.press('ArrowRight')
    await anns.paste('again')
    await poll(() => anns.cell('D1')).toEqual({ v: 'again' })
    await anns.untilInOrder()
  })

  atNight('[SH99] pastes text into cells formatted as text', async () => {
    await using anns = await sheets.open(sheets.newRoom(), ann)
    await anns.select('A1')
    await anns.paste('1', '<table><tr><td style="mso-number-format:\'\\@\'">1</td></tr></table>')
    await poll(() => anns.cell('A1')).toMatchObject({ v: '1' })
    await anns.paste('=2+2')
    await poll(() => anns.cell('A1')).toMatchObject({ v: '=2+2' })
  })

  atNight('[SH100] refuses oversized tables immediately', async () => {
    await using anns = await sheets.open(sheets.newRoom(), ann)
    await anns.select('A1')
    const wide = '<td colspan=1000 rowspan=65534>x</td>'.repeat(6)
    await anns.paste('', `<table>${`<tr>${wide}</tr>`.repeat(200)}</table>`)
    await poll(() => anns.notice.textContent()).toContain('100,000 cells')
    await anns.paste('', `<table><tr><td>${'<div>'.repeat(5_000)}deep</td></tr></table>`)
    await poll(() => anns.cell('A1')).toEqual({ v: 'deep' })
  })

  atNight('[SH29 SH181] inserts a pasted image over the cells', async () => {
    await using anns = await sheets.open(sheets.newRoom(), ann)
    await anns.untilTools()
    await anns.select('A1')
    await anns.copyImage()
    await anns.page.keyboard.press('Control+v')
    await anns.page.getByRole('button', { name: 'Image', exact: true }).waitFor()
    expect(await anns.cell('A1')).toEqual({})
  })
})
