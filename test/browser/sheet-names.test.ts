import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

const box = ({ page }: SheetWindow) => page.locator('[data-u-comp="defined-name"] input')
const arrow = ({ page }: SheetWindow) => page.locator('[data-u-comp="defined-name"] > a')
const panel = ({ page }: SheetWindow) => page.locator('[data-u-comp="defined-name-container"]')

const activeSheet = ({ page }: SheetWindow) =>
  page.evaluate(() => {
    const { whereabouts } = globalThis as unknown as {
      whereabouts: { activeSheet: () => string }
    }
    return whereabouts.activeSheet()
  })

/** Types into the name box. */
async function type(window: SheetWindow, text: string): Promise<void> {
  await box(window).fill(text)
  await box(window).press('Enter')
}

describe('names', () => {
  const sheets = new Sheets()

  async function open(room: string, person = ann): Promise<SheetWindow> {
    const window = await sheets.open(room, person)
    await window.untilTools()
    return window
  }

  atNight(
    '[SH156 SH158 SD56] are made in the name box, calculated for everyone, follow lines and sheets, and are undone alone',
    async () => {
      const room = sheets.newRoom()
      await using anns = await open(room)
      await using bobs = await open(room, bob)
      await anns.write('A1', '1')
      await anns.write('A2', '2')
      await anns.selectRange('A1', 'A2')
      await type(anns, 'Sales')
      await bobs.write('C1', '=SUM(sales)')
      await anns.untilShows('C1', '3')
      await bobs.untilShows('C1', '3')
      await bobs.insertRowAbove('A2')
      await bobs.write('A2', '10')
      await anns.untilShows('C1', '13')
      await anns.tab('Sheet 1').click({ button: 'right' })
      await anns.page.getByText('Rename', { exact: true }).click()
      await anns.page
        .locator('[data-u-comp="slide-tab-item"] [contenteditable="true"]')
        .fill('Plan')
      await anns.page.keyboard.press('Enter')
      await bobs.tab('Plan').waitFor()
      await untilInOrder(anns, bobs)
      await anns.select('C5')
      await anns.page.keyboard.press('Control+z')
      await anns.page.keyboard.press('Control+z')
      await bobs.untilShows('C1', '#NAME?')
      await anns.page.keyboard.press('Control+y')
      await bobs.untilShows('C1', '13')
      await untilInOrder(anns, bobs)
    },
  )

  atNight('[SH156] lead to their cells, and so do addresses, on other sheets as well', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await anns.selectRange('B2', 'C3')
    await type(anns, '销售额')
    await type(anns, 'd7')
    await poll(() => anns.ownCell()).toBe('D7')
    await type(anns, "'Sheet 2'!B5")
    await poll(() => anns.ownCell()).toBe('B5')
    await type(anns, '销售额')
    await poll(() => activeSheet(anns)).toBe('sheet-1')
    await anns.page.keyboard.type('x')
    await anns.page.keyboard.press('Enter')
    await anns.untilCell([1, 1], 'x')
    await anns.select('F1')
    await arrow(anns).click()
    await anns.page.getByRole('listitem').filter({ hasText: '销售额' }).click()
    await poll(() => box(anns).inputValue()).toBe('销售额')
    await untilInOrder(anns)
  })

  it('[SH156 SH153] that can’t be are refused with a reason, and change nothing', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await anns.select('B2')
    await type(anns, 'Sales')
    for (const name of ['my sales', 'x'.repeat(300), 'R1C1x!']) {
      await type(anns, name)
      await anns.page.getByText('A name begins with a letter').first().waitFor()
    }
    await untilInOrder(anns)
  })

  it('[SH157] [SH223] are changed and deleted in a panel, and formulas follow', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await anns.write('A1', '5')
    await anns.select('A1')
    await type(anns, 'Sales')
    // A formula has the names that its window knows when it is entered; the name comes before this cell.
    await anns.write('A2', 'named')
    await bobs.untilCell([1, 0], 'named')
    await bobs.write('C1', '=Sales*2')
    await anns.untilShows('C1', '10')
    await anns.page.keyboard.press('Control+F3')
    await panel(anns).waitFor()
    await panel(anns).getByRole('button', { name: 'Update' }).focus()
    await anns.page.keyboard.press('Escape')
    const isOpen = () =>
      anns.page.locator('[data-u-comp="sidebar"]').first().getAttribute('aria-expanded')
    await poll(isOpen).toBe('false')
    await anns.page.keyboard.press('Control+F3')
    await poll(isOpen).toBe('true')
    await panel(anns).getByRole('button', { name: 'Update' }).focus()
    await anns.page.keyboard.press('Enter')
    await panel(anns)
      .getByPlaceholder(/enter a name/)
      .fill('Revenue')
    await panel(anns).getByRole('button', { name: 'Confirm' }).click()
    await poll(() => bobs.cell('C1')).toEqual({ f: '=Revenue*2' })
    await anns.untilShows('C1', '10')
    await panel(anns).getByRole('button', { name: 'Delete' }).focus()
    await anns.page.keyboard.press('Enter')
    await anns.page.getByRole('button', { name: 'OK' }).click()
    await bobs.untilShows('C1', '#NAME?')
    await poll(() => bobs.cell('C1')).toEqual({ f: '=Sales*2' })
    await poll(() => anns.cell('C1')).toEqual({ f: '=Sales*2' })
    await untilInOrder(anns, bobs)
  })

  it('[SH153 SH158 SD11] of a stranger do no harm', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await anns.write('F1', 'x')
    await anns.untilSaved()
    await postDocument(sheets.baseUrl, room, (doc) => {
      const entries = doc.getMap('names')
      for (const [id, name] of ['A1', 'a b', 'Self', 'SELF'].entries()) {
        entries.set(`n${id}/name`, name)
        entries.set(`n${id}/formula`, ['=', `@n${id}!Self`, '+1'])
      }
      entries.set('n9/name', { bad: true })
    })
    await anns.write('C1', '=Self')
    await anns.untilShows('C1', '#CALC!')
    await anns.write('C2', '=1+1')
    await anns.untilShows('C2', '2')
    await untilInOrder(anns)
  })
})

describe('names for whoever may not edit', () => {
  const office = new GuardedOffice()

  it('[SH157 SH14] lead to their cells, and have no panel', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', READER)
    await using anns = await office.sheet(room, 'ann')
    await anns.untilTools()
    await anns.selectRange('B2', 'C3')
    await type(anns, 'Sales')
    await anns.untilSaved()
    await using bobs = await office.sheet(room, 'bob')
    await bobs.untilTools()
    await bobs.select('F9')
    await type(bobs, 'Sales')
    await poll(() => box(bobs).inputValue()).toBe('Sales')
    await bobs.page.keyboard.press('Control+F3')
    await bobs.notice.filter({ hasText: 'You can view' }).waitFor()
    await type(bobs, 'Mine')
    await anns.write('F2', 'later')
    await bobs.untilCell([1, 5], 'later')
    expect(await panel(bobs).count()).toBe(0)
    await untilInOrder(anns, bobs)
  })
})
