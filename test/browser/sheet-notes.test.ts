import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

const noteOf = ({ page }: SheetWindow, cell: string): Locator =>
  page.getByRole('note', { name: `Note of ${cell}`, exact: true })
const field = ({ page }: SheetWindow): Locator => page.locator('.cell-card textarea')

/** Returns the notes of a column of the first sheet, from row 1 on. */
const notesIn = ({ page }: SheetWindow, column = 0) =>
  page.evaluate((at) => {
    const { whereabouts } = globalThis as unknown as {
      whereabouts: { note: (sheet: string, row: number, column: number) => string | undefined }
    }
    return [0, 1, 2, 3, 4].map((row) => whereabouts.note('sheet-1', row, at) ?? '')
  }, column)

async function untilNotes(notes: readonly string[], ...windows: SheetWindow[]): Promise<void> {
  for (const window of windows) await poll(() => notesIn(window)).toEqual(notes)
}

/** Resolves when what is typed goes into the note. */
const untilFocused = (window: SheetWindow): Promise<void> =>
  field(window).and(window.page.locator(':focus')).waitFor()

async function sort(window: SheetWindow, first: string, last: string): Promise<void> {
  await window.selectRange(first, last)
  await window.openMenuOnSelection(first)
  await window.page.getByText('Sort', { exact: true }).last().hover()
  await window.page.getByText('Ascending', { exact: true }).last().click()
}

/** Returns the note of A1 of the sheet that is shown, if it isn't the first one. */
const noteOfCopy = ({ page }: SheetWindow) =>
  page.evaluate(() => {
    const { whereabouts } = globalThis as unknown as {
      whereabouts: {
        activeSheet: () => string
        note: (sheet: string, row: number, column: number) => string | undefined
      }
    }
    const sheet = whereabouts.activeSheet()
    return sheet === 'sheet-1' ? undefined : whereabouts.note(sheet, 0, 0)
  })

async function write(window: SheetWindow, cell: string, text: string): Promise<void> {
  await window.select(cell)
  await window.page.keyboard.press('Shift+F2')
  await untilFocused(window)
  await window.page.keyboard.type(text)
  await window.page.keyboard.press('Escape')
  await field(window).waitFor({ state: 'detached' })
}

describe('notes', () => {
  const sheets = new Sheets()

  async function open(room: string, person = ann): Promise<SheetWindow> {
    const window = await sheets.open(room, person)
    await window.untilTools()
    return window
  }

  it('[SH171] are copied by the fill handle, which is undone as one step', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await anns.write('A1', 'x')
    await write(anns, 'A1', 'about x')
    await write(bobs, 'A4', 'mine')
    await untilNotes(['about x', '', '', 'mine', ''], anns, bobs)
    await anns.select('A1')
    // The handle is at the lower right corner of the cell.
    await anns.drag({ x: 46 + 88, y: 20 + 24 }, { x: 46 + 44, y: 20 + 24 * 2.5 })
    await bobs.untilCell([2, 0], 'x')
    await untilNotes(['about x', 'about x', 'about x', 'mine', ''], anns, bobs)
    await anns.page.keyboard.press('Control+z')
    await untilNotes(['about x', '', '', 'mine', ''], anns, bobs)
    await poll(() => bobs.cell('A3')).toEqual({})
    await untilInOrder(anns, bobs)
  })

  it('[SH142 SH145 SH146] are written by keyboard, shown to everyone, follow lines, and are undone alone', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await write(anns, 'A2', 'Is this\nright?')
    await untilNotes(['', 'Is this\nright?', '', '', ''], anns, bobs)
    await bobs.pointAt('A2')
    await poll(() => noteOf(bobs, 'A2').textContent()).toBe('Is this\nright?')
    await bobs.pointAt('C9')
    await noteOf(bobs, 'A2').waitFor({ state: 'hidden' })
    await bobs.select('A1')
    await bobs.page.keyboard.press('ArrowDown')
    await noteOf(bobs, 'A2').waitFor()
    await bobs.insertRowAbove('C2')
    await untilNotes(['', '', 'Is this\nright?', '', ''], anns, bobs)
    await untilInOrder(anns, bobs)
    await anns.select('C9')
    await anns.page.keyboard.press('Control+z')
    await untilNotes(['', '', '', '', ''], anns, bobs)
    expect(await bobs.size()).toMatchObject({ rows: 1_001 })
    await untilInOrder(anns, bobs)
  })

  it('[SH146] are edited and deleted by the menu, and one whose cell is gone is given back', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await anns.openMenu('A1')
    await anns.page.getByText('Add note').click()
    await untilFocused(anns)
    await anns.page.keyboard.type('first')
    await anns.canvas.click({ position: { x: 500, y: 300 } })
    await untilNotes(['first', '', '', '', ''], anns, bobs)
    await bobs.openMenu('A1')
    await bobs.page.getByText('Edit note').click()
    await untilFocused(bobs)
    await bobs.page.keyboard.type(' and second')
    await bobs.page.keyboard.press('Control+Enter')
    await untilNotes(['first and second', '', '', '', ''], anns, bobs)
    await bobs.openMenu('A1')
    await bobs.page.getByText('Delete note').click()
    await untilNotes(['', '', '', '', ''], anns, bobs)

    await anns.select('A3')
    await anns.page.keyboard.press('Shift+F2')
    await untilFocused(anns)
    await anns.page.keyboard.type('not lost')
    await bobs.deleteRow(3)
    await poll(async () => (await anns.size()).rows).toBe(999)
    await anns.page.keyboard.press('Escape')
    await poll(() => anns.dialog.getByLabel('Your text').inputValue()).toBe('not lost')
    await untilNotes(['', '', '', '', ''], anns, bobs)
  })

  it('[SH142 SH143 SH147] go with cells that are copied, cut and sorted, and with copied sheets', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    for (const [at, text] of ['b', 'a', 'c'].entries()) await anns.write(`A${at + 1}`, text)
    await write(anns, 'A1', 'of b')
    await anns.select('A1')
    await anns.copied()
    await anns.select('A5')
    await anns.page.keyboard.press('Control+v')
    await untilNotes(['of b', '', '', '', 'of b'], anns, bobs)
    await anns.select('A5')
    await anns.page.keyboard.press('Control+x')
    await anns.select('A4')
    await anns.page.keyboard.press('Control+v')
    await untilNotes(['of b', '', '', 'of b', ''], anns, bobs)
    await anns.page.keyboard.press('Control+z')
    await untilNotes(['of b', '', '', '', 'of b'], anns, bobs)
    await sort(anns, 'A1', 'A3')
    await untilNotes(['', 'of b', '', '', 'of b'], anns, bobs)
    await bobs.write('C1', 'beside')
    await anns.untilCell([0, 2], 'beside')
    await anns.write('A1', 'z')
    await sort(anns, 'A1', 'A3')
    await bobs.untilCell([0, 0], 'b')
    await untilNotes(['of b', '', '', '', 'of b'], anns, bobs)
    await untilInOrder(anns, bobs)

    // Closes the menu on cells, which has an entry of the same name.
    await anns.select('C3')
    await anns.tab('Sheet 1').click({ button: 'right' })
    await anns.page.getByText('Copy', { exact: true }).filter({ visible: true }).click()
    await poll(() => noteOfCopy(anns)).toBe('of b')
    await untilInOrder(anns, bobs)
  })

  it('[SH142 SH144] of strangers are cut if they are too long, and ignored if they aren’t texts', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await anns.write('F1', 'x')
    await anns.untilSaved()
    await postDocument(sheets.baseUrl, room, (doc) => {
      doc.getMap('about').set('format', 6)
      doc.getMap('notes:sheet-1').set('0:0', 'x'.repeat(500_000))
      doc.getMap('notes:sheet-1').set('1:0', { text: 'x' })
      doc.getMap('notes:sheet-1').set('2:0', '<img src=x onerror=alert(1)>')
    })
    await poll(async () => (await notesIn(anns)).map(({ length }) => length)).toEqual([
      10_000, 0, 28, 0, 0,
    ])
    await anns.select('A3')
    await poll(() => noteOf(anns, 'A3').textContent()).toBe('<img src=x onerror=alert(1)>')
    expect(anns.complaints).toEqual([])
  })
})

describe('notes of a user who may not edit', () => {
  const office = new GuardedOffice()

  it('[SH146 SH14] are read only', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', READER)
    await using anns = await office.sheet(room, 'ann')
    await anns.untilTools()
    await write(anns, 'A1', 'read me')
    await anns.untilSaved()
    await using bobs = await office.sheet(room, 'bob')
    await bobs.untilTools()
    await bobs.select('A1')
    await poll(() => noteOf(bobs, 'A1').textContent()).toBe('read me')
    await bobs.page.keyboard.press('Shift+F2')
    await bobs.notice.filter({ hasText: 'You can view' }).waitFor()
    expect(await field(bobs).count()).toBe(0)
    await untilInOrder(anns, bobs)
  })
})
