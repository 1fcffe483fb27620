import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { fetchDocument, postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

const LIST = { type: 'list', formula1: 'yes,no', formula2: '#DEF6A2,#FDCECE', errorStyle: 1 }
const NUMBER = { type: 'decimal', operator: 'lessThan', formula1: '10', errorStyle: 1 }

/** Adds data validations to a room, each for a column of the first four rows. */
const post = (baseUrl: string, room: string, ...checks: readonly object[]): Promise<void> =>
  postDocument(baseUrl, room, (doc) => {
    doc.getMap('about').set('format', 5)
    const entries = doc.getMap('validations:sheet-1')
    for (const [at, check] of checks.entries()) {
      entries.set(`v${at}/at`, `k${at}i`)
      entries.set(`v${at}/ranges`, [`0:${at}..3:${at}`])
      entries.set(`v${at}/check`, check)
    }
  })

/** The rows of a column, from 1 on, with a mark that says that they are invalid. */
const marked = ({ page }: SheetWindow, column: number) =>
  page.evaluate((at) => {
    const { whereabouts } = globalThis as unknown as {
      whereabouts: { isMarked: (sheet: string, row: number, column: number) => boolean }
    }
    return [1, 2, 3, 4, 5].filter((row) => whereabouts.isMarked('sheet-1', row - 1, at))
  }, column)

async function untilMarked(
  column: number,
  rows: readonly number[],
  ...windows: readonly SheetWindow[]
): Promise<void> {
  for (const window of windows) await poll(() => marked(window, column)).toEqual(rows)
}

const heightOf = ({ page }: SheetWindow, row: number) =>
  page.evaluate((at) => {
    const { whereabouts } = globalThis as unknown as {
      whereabouts: { rowHeight: (sheet: string, row: number) => number }
    }
    return whereabouts.rowHeight('sheet-1', at - 1)
  }, row)

/** The arrow that opens the list of A1. */
const ARROW_OF_A1 = { x: 126, y: 32 }

const refusal = ({ page }: SheetWindow) => page.getByRole('dialog').filter({ hasText: 'Error' })
const list = ({ page }: SheetWindow) => page.locator('[data-u-comp="sheets-dropdown-list"]')

describe('data validations', () => {
  const sheets = new Sheets()

  async function open(room: string, person = ann): Promise<SheetWindow> {
    const window = await sheets.open(room, person)
    await window.untilTools()
    return window
  }

  /** A window on a document that has a cell, which a stranger's update then can join. */
  async function begin(room: string, ...checks: readonly object[]): Promise<SheetWindow> {
    const window = await open(room)
    await window.write('F1', 'x')
    await window.untilSaved()
    await post(sheets.baseUrl, room, ...checks)
    return window
  }

  atNight(
    '[SH123 SH128 SH139] are added by keyboard, and boxes are ticked by everyone, follow lines, and are undone alone',
    async () => {
      const room = sheets.newRoom()
      await using anns = await open(room)
      await using bobs = await open(room, bob)
      await anns.selectRange('A1', 'A3')
      await anns.page.keyboard.press('Alt+Shift+v')
      await anns.page.getByRole('button', { name: 'Add rule' }).focus()
      await anns.page.keyboard.press('Enter')
      await anns.page.getByText('Number', { exact: true }).click()
      await anns.page.getByText('Checkbox', { exact: true }).click()
      await bobs.untilCell([2, 0], 0)
      await anns.page.getByRole('button', { name: 'Done' }).click()
      await bobs.select('A2')
      await anns.untilCell([1, 0], 1)
      await bobs.insertRowAbove('C2')
      await anns.select('A4')
      await bobs.untilCell([3, 0], 1)
      await bobs.untilCell([2, 0], 1)
      await untilInOrder(anns, bobs)

      await anns.select('C9')
      await anns.page.keyboard.press('Control+z')
      await bobs.untilCell([3, 0], 0)
      expect(await anns.cell('A3')).toEqual({ v: 1 })
      await untilInOrder(anns, bobs)
    },
  )

  it('[SH164 SH165 SH166 SH167] lists are made in the panel and used by keyboard', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await anns.selectRange('A1', 'A3')
    await anns.page.keyboard.press('Alt+Shift+v')
    const panel = anns.page.locator('[data-u-comp="sidebar"]')
    await panel.getByRole('button', { name: 'Add rule' }).click()
    await panel.getByText('Number', { exact: true }).click()
    await anns.page.getByText('Dropdown-Multiple', { exact: true }).click()
    const fields = panel.getByRole('textbox')
    for (const choice of ['red', 'blue']) {
      const count = await fields.count()
      await panel.getByText('Add', { exact: true }).click()
      await fields.nth(count).fill(choice)
    }
    await panel.getByRole('button', { name: 'Done' }).click()
    await panel.getByText('A1:A3').waitFor()
    expect(await anns.notice.textContent()).toBe('')
    const stored = async () => {
      const doc = await fetchDocument(sheets.baseUrl, room)
      return JSON.stringify(doc.getMap('validations:sheet-1').toJSON())
    }
    await poll(stored).toMatch(/"listMultiple".*red.*blue/)
    await anns.write('C1', 'x')
    await bobs.untilCell([0, 2], 'x')

    const press = (key: string) => bobs.page.keyboard.press(key)
    await bobs.select('A2')
    await press('Alt+ArrowDown')
    await list(bobs).waitFor()
    await press('ArrowDown')
    await press('Enter')
    await anns.untilCell([1, 0], 'red')
    await press('ArrowUp')
    await press('Enter')
    await anns.untilCell([1, 0], 'red,blue')
    await poll(() => heightOf(bobs, 2)).toBeGreaterThan(30)
    await poll(() => heightOf(anns, 2)).toBe(await heightOf(bobs, 2))
    await press('Escape')
    await list(bobs).waitFor({ state: 'detached' })
    await poll(() => bobs.ownCell()).toBe('A2')
    await untilMarked(0, [], anns, bobs)
    await untilInOrder(anns, bobs)
  })

  it('[SH163] Space ticks the boxes that are selected, and is a space elsewhere', async () => {
    const room = sheets.newRoom()
    const words = { formula1: 'yes', formula2: 'no' }
    await using anns = await begin(room, { type: 'checkbox' }, { type: 'checkbox', ...words })
    await using bobs = await open(room, bob)
    const press = (key: string) => bobs.page.keyboard.press(key)
    await bobs.write('A2', '1')
    await bobs.write('C1', 'x')
    await bobs.select('C1')
    // A click on a box would tick it.
    for (const key of ['ArrowLeft', 'ArrowLeft']) await press(key)
    for (const key of ['Right', 'Right', 'Down', 'Down']) await press(`Shift+Arrow${key}`)
    await press('Space')
    await anns.untilCell([2, 0], 1)
    await anns.untilCell([2, 1], 'yes')
    expect(await anns.cell('A1')).toEqual({ v: 1 })
    expect(await anns.cell('C1')).toEqual({ v: 'x' })
    await press('Space')
    await anns.untilCell([2, 0], 0)
    await anns.untilCell([2, 1], 'no')
    await press('Control+z')
    await press('Control+z')
    await anns.untilCell([1, 0], 1)
    await poll(() => anns.cell('A3')).toEqual({})
    await bobs.select('C2')
    await press('Space')
    await bobs.page.keyboard.type('y')
    await press('Enter')
    await anns.untilCell([1, 2], ' y')
    await untilInOrder(anns, bobs)
  })

  atNight(
    '[SH129] refuse what somebody types, and only mark what is pasted or comes from others',
    async () => {
      const room = sheets.newRoom()
      await using anns = await begin(room, LIST, NUMBER, { ...NUMBER, errorStyle: 2 })
      await using bobs = await open(room, bob)
      await anns.write('B1', '7')
      await bobs.untilCell([0, 1], 7)
      await anns.write('B1', '70')
      await refusal(anns).waitFor()
      await anns.page.keyboard.press('Enter')
      await refusal(anns).waitFor({ state: 'detached' })
      await bobs.untilCell([0, 1], 7)
      await untilInOrder(anns, bobs)
      await anns.page.keyboard.press('Control+y')
      await anns.write('C1', '70')
      await bobs.untilCell([0, 2], 70)
      expect(await anns.cell('B1')).toEqual({ v: 7 })
      await untilMarked(2, [1], anns, bobs)
      await anns.select('B2')
      await anns.paste('71\n8')
      await untilMarked(1, [2], anns, bobs)
      await postDocument(sheets.baseUrl, room, (doc) =>
        doc.getMap('cells:sheet-1').set('3:0', { v: 'unknown' }),
      )
      await untilMarked(0, [4], anns, bobs)
      expect(await bobs.cell('A4')).toEqual({ v: 'unknown' })
      await untilInOrder(anns, bobs)
    },
  )

  atNight('[SH125] have formulas that are calculated for everyone', async () => {
    const room = sheets.newRoom()
    await using anns = await begin(room, {
      type: 'custom',
      formula1: ['=', '0:0', '<', '$0:$4', ''],
      errorStyle: 1,
    })
    await using bobs = await open(room, bob)
    await anns.write('E1', '5')
    await bobs.write('A1', '4')
    await anns.untilCell([0, 0], 4)
    await bobs.write('A2', '6')
    await refusal(bobs).waitFor()
    await bobs.page.keyboard.press('Enter')
    await refusal(bobs).waitFor({ state: 'detached' })
    await poll(() => bobs.cell('A2')).toEqual({})
    await anns.write('E1', '3')
    await untilMarked(0, [1], anns, bobs)
    await bobs.insertRowAbove('A1')
    await untilMarked(0, [2], anns, bobs)
    await untilInOrder(anns, bobs)
  })

  it('[SH139 SH124] have values that are chosen from a list, and merge with what others did offline', async () => {
    const room = sheets.newRoom()
    await using anns = await begin(room, LIST)
    await using bobs = await open(room, bob)
    for (const { page } of [anns, bobs]) await page.context().setOffline(true)
    await anns.select('A1')
    await list(anns).getByText('yes').click()
    await list(anns).waitFor({ state: 'detached' })
    await bobs.write('A2', 'no')
    await bobs.select('C4')
    for (const key of ['ArrowLeft', 'ArrowLeft', 'Shift+ArrowUp', 'Shift+ArrowUp', 'Shift+ArrowUp'])
      await bobs.page.keyboard.press(key)
    await bobs.copied()
    await bobs.select('D1')
    await bobs.page.keyboard.press('Control+v')
    await bobs.untilCell([1, 3], 'no')
    for (const { page } of [anns, bobs]) await page.context().setOffline(false)
    await bobs.untilCell([0, 0], 'yes')
  })
})

describe('data validations of a user who may not edit', () => {
  const office = new GuardedOffice()

  it('[SH128 SH14] tick no box and open no list', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', READER)
    await using anns = await office.sheet(room, 'ann')
    await anns.write('F1', 'x')
    await anns.untilSaved()
    await post(office.baseUrl, room, LIST, { type: 'checkbox' })
    await using bobs = await office.sheet(room, 'bob')
    await bobs.untilTools()
    await bobs.select('B2')
    await bobs.canvas.click({ position: ARROW_OF_A1 })
    await bobs.page.keyboard.press('Alt+Shift+v')
    await bobs.notice.filter({ hasText: 'You can view' }).waitFor()
    await anns.write('F2', 'later')
    await bobs.untilCell([1, 5], 'later')
    expect(await list(bobs).count()).toBe(0)
    expect(await bobs.page.getByText('Data validation management').count()).toBe(0)
    expect(await anns.cell('B2')).toEqual({})
    await untilInOrder(anns, bobs)
  })
})
