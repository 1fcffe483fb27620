import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { hold } from './hold.js'
import { postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'
import { Touch } from './touch.js'

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

/** Returns what screen readers say about the keys of a chart. */
const keysOf = ({ page }: SheetWindow): Promise<string | null> =>
  page.locator('#chart-keys').textContent()

/** Returns where a chart is on the grid. */
async function boxOf(
  window: SheetWindow,
): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await charts(window).first().boundingBox()
  if (box === null) throw new Error('the chart is not shown')
  return box
}

async function dragBy(
  { page: { mouse } }: SheetWindow,
  from: { readonly x: number; readonly y: number },
  by: { readonly x: number; readonly y: number },
): Promise<void> {
  await mouse.move(from.x, from.y)
  await mouse.down()
  await mouse.move(from.x + by.x, from.y + by.y, { steps: 5 })
  await mouse.up()
}

async function insert(window: SheetWindow): Promise<void> {
  await window.select('A1')
  await window.paste(TABLE)
  await window.untilCell([3, 2], 60)
  await window.selectRange('A1', 'C4')
  await window.page.keyboard.press('Alt+F1')
  await panel(window).locator('select:focus').waitFor()
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

  it.each(['charts', 'open-panel'])(
    '[SH200] are of the cells that were selected, and take no key from who goes on before %s is loaded',
    async (part) => {
      await using window = await open(sheets.newRoom())
      const { page } = window
      await window.select('A1')
      await window.paste(TABLE)
      await window.untilCell([3, 2], 60)
      await window.selectRange('A1', 'C4')
      const source = new RegExp(`/${part}-[^/]*\\.js$`)
      const load = await hold(page, source)
      const isLoading = page.waitForRequest(source)
      await page.keyboard.press('Alt+F1')
      await isLoading
      await window.select('A12')
      await page.keyboard.type('wo')
      load()
      await poll(() => said(window)).toEqual([SALES])
      await page.waitForFunction(
        (name) => performance.getEntriesByType('resource').some((each) => each.name.includes(name)),
        `/${part}-`,
      )
      await page.keyboard.type('rd')
      await page.keyboard.press('Enter')
      await poll(() => window.cell('A12')).toMatchObject({ v: 'word' })
      expect(await panel(window).count()).toBe(0)
      await untilInOrder(window)
    },
  )

  it('[SH200 SH206] are undone alone, moved by dragging, resized by a corner, and merge', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await insert(anns)
    await anns.page.keyboard.press('Escape')
    await panel(anns).waitFor({ state: 'detached' })
    await charts(bobs).waitFor()
    await charts(bobs).focus()
    const before = await boxOf(bobs)
    await dragBy(bobs, { x: before.x + 60, y: before.y + 100 }, { x: -120, y: 40 })
    await poll(async () => (await boxOf(anns)).x).toBeCloseTo(before.x - 120, -1)
    const moved = await boxOf(anns)
    await dragBy(anns, { x: moved.x + moved.width, y: moved.y + moved.height }, { x: 60, y: 50 })
    await poll(async () => (await boxOf(bobs)).width).toBeCloseTo(moved.width + 60, -1)
    expect((await boxOf(bobs)).x).toBeCloseTo(moved.x, 0)
    await bobs.page.keyboard.press('Control+z')
    await poll(async () => (await boxOf(anns)).x).toBeCloseTo(before.x, 0)
    expect((await boxOf(anns)).width).toBeCloseTo(moved.width + 60, -1)
    await untilInOrder(anns, bobs)
  })

  atNight(
    '[SH212] are dragged by one pointer at a time, and by the next one after that',
    async () => {
      await using window = await open(sheets.newRoom())
      const { page } = window
      await insert(window)
      await page.keyboard.press('Escape')
      await panel(window).waitFor({ state: 'detached' })
      const { x, y } = await boxOf(window)
      const at = { x: x + 60, y: y + 100 }
      const touch = await Touch.of(page)
      await page.mouse.move(at.x, at.y)
      await page.mouse.down()
      await page.mouse.move(at.x - 80, at.y, { steps: 4 })
      await poll(async () => (await boxOf(window)).x).toBeCloseTo(x - 80, -1)
      await touch.drag({ x: at.x, y: at.y + 60 }, { x: 200, y: 40 })
      await page.mouse.move(at.x - 120, at.y, { steps: 4 })
      await poll(async () => (await boxOf(window)).x).toBeCloseTo(x - 120, -1)
      await page.mouse.up()
      await window.untilSaved()
      await poll(async () => (await boxOf(window)).x).toBeCloseTo(x - 120, -1)
      await poll(async () => (await boxOf(window)).y).toBeCloseTo(y, -1)
      await touch.drag({ x: at.x - 120, y: at.y }, { x: 50, y: 40 })
      await poll(async () => (await boxOf(window)).x).toBeCloseTo(x - 70, -1)
      await untilInOrder(window)
    },
  )

  atNight(
    '[SH211] are read when they come into sight, and again when their cells have changed',
    async () => {
      const room = sheets.newRoom()
      await postDocument(sheets.baseUrl, room, (doc) => {
        const cells = doc.getMap('cells:sheet-1')
        for (let row = 0; row < 5; row++) cells.set(`${row}:0`, { v: row })
        const part = doc.getMap('charts:sheet-1')
        for (const [id, row] of [
          ['near', 2],
          ['far', 45],
        ] as const) {
          part.set(`${id}/kind`, 'column')
          part.set(`${id}/range`, 'sheet-1!0:0..4:0')
          part.set(`${id}/at`, { cell: `${row}:3`, x: 0, y: 0 })
        }
      })
      await using window = await open(room)
      const valuesOf = (id: string) =>
        window.page.locator(`[data-chart="${id}"] td`).allTextContents()
      await poll(() => valuesOf('near')).toEqual(['0', '1', '2', '3', '4'])
      expect(await charts(window).count()).toBe(1)
      await window.write('A3', '12')
      await poll(() => valuesOf('near')).toEqual(['0', '1', '12', '3', '4'])
      const { x, y } = (await window.canvas.boundingBox())!
      await window.page.mouse.move(x + 150, y + 400)
      await window.page.mouse.wheel(0, 800)
      await poll(() => valuesOf('far')).toEqual(['0', '1', '12', '3', '4'])
      await untilInOrder(window)
    },
  )

  atNight('[SH206 SH203] are reached, moved, edited, deleted and left by keyboard', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await insert(anns)
    await anns.page.keyboard.press('Escape')
    await charts(anns).and(anns.page.locator(':focus')).waitFor()
    await anns.page.keyboard.press('Escape')
    await anns.page.keyboard.type('typed')
    await anns.page.keyboard.press('Enter')
    await bobs.untilCell([0, 0], 'typed')
    await anns.page.keyboard.press('Control+Alt+5')
    await charts(anns).and(anns.page.locator(':focus')).waitFor()
    const before = await boxOf(bobs)
    await anns.page.keyboard.press('ArrowDown')
    await poll(async () => (await boxOf(bobs)).y).toBeCloseTo(before.y + 10, 0)
    await anns.page.keyboard.press('Enter')
    await panel(anns).getByLabel('Kind').and(anns.page.locator(':focus')).waitFor()
    await anns.page.keyboard.press('Escape')
    await anns.page.keyboard.press('Delete')
    for (const window of [anns, bobs]) await poll(() => charts(window).count()).toBe(0)
    await anns.notice.filter({ hasText: 'has been deleted' }).waitFor()
    await anns.page.keyboard.press('Control+z')
    for (const window of [anns, bobs]) await poll(() => charts(window).count()).toBe(1)
    await untilInOrder(anns, bobs)
  })

  it('[SH205] are edited in a panel, by two people at once', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await insert(anns)
    await panel(anns).getByLabel('Title').fill('Sales <2026>')
    await panel(anns).getByLabel('Title').press('Enter')
    await panel(anns).getByLabel('Title').and(anns.page.locator(':focus')).waitFor()
    await poll(async () => (await said(bobs))[0]?.[0]).toBe(
      'Column chart: Sales <2026>. Series: 2025, 2026.',
    )
    await charts(bobs).focus()
    await bobs.page.keyboard.press('Enter')
    await panel(bobs).getByLabel('Kind').selectOption('Lines')
    await panel(bobs).getByLabel('Series in').selectOption('Rows')
    await panel(anns).getByLabel('Stacked').check()
    await panel(anns).getByLabel('Legend').selectOption('None')
    await panel(anns).getByLabel('Color of Jan').selectOption('Red')
    for (const window of [anns, bobs]) {
      await poll(async () => (await said(window))[0]?.[0]).toBe(
        'Line chart: Sales <2026>. Series: Jan, Feb, Mar.',
      )
      await poll(() => panel(window).getByLabel('Stacked').isChecked()).toBe(true)
      await poll(() => panel(window).getByLabel('Color of Jan').inputValue()).toBe('red')
      await poll(() => panel(window).getByLabel('Legend').inputValue()).toBe('none')
    }
    await panel(anns).getByLabel('Cells').fill('nothing')
    await panel(anns).getByText('Enter cells, such as A1:C9.').waitFor()
    await panel(anns).getByLabel('Cells').fill('A1:B4')
    await panel(anns).getByLabel('Cells').press('Enter')
    await poll(async () => (await said(bobs))[0]?.slice(1)).toEqual([
      'Jan Feb Mar',
      '2025 10 30 50',
    ])
    await panel(anns).getByRole('button', { name: 'Delete chart' }).click()
    await panel(bobs).waitFor({ state: 'detached' })
    await bobs.notice.filter({ hasText: 'Somebody else deleted this chart.' }).waitFor()
    await untilInOrder(anns, bobs)
  })

  atNight('[SH205] keep what somebody types while another person changes the same', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await insert(anns)
    await charts(bobs).focus()
    await bobs.page.keyboard.press('Enter')
    await panel(anns).getByLabel('Title').fill('of Ann')
    await panel(bobs).getByLabel('Title').fill('of Bob')
    await panel(bobs).getByLabel('Title').press('Enter')
    await poll(async () => (await said(anns))[0]?.[0]).toContain('of Bob')
    const title = panel(anns).getByLabel('Title')
    await poll(() => title.inputValue()).toBe('of Ann')
    await title.press('Enter')
    for (const window of [anns, bobs]) {
      await poll(() => panel(window).getByLabel('Title').inputValue()).toBe('of Ann')
    }
    await untilInOrder(anns, bobs)
  })

  atNight('[SH209] follow their cells, and say that these are gone', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await insert(anns)
    await panel(anns).getByRole('button', { name: 'Close' }).click()
    await poll(() => said(bobs)).toEqual([SALES])
    await bobs.insertRowAbove('D3')
    await poll(async () => (await anns.size()).rows).toBe(1_001)
    await bobs.write('A3', 'Late')
    await bobs.write('B3', '5')
    const grown = [SALES[0]!, SALES[1]!, SALES[2]!, 'Late 5', ...SALES.slice(3)]
    for (const window of [anns, bobs]) await poll(() => said(window)).toEqual([grown])
    for (let left = 5; left > 0; left -= 1) {
      await bobs.deleteRow(1)
      await poll(async () => (await bobs.size()).rows).toBe(996 + left - 1)
    }
    for (const window of [anns, bobs])
      await charts(window).getByText('The cells of this chart have been deleted.').waitFor()
    await untilInOrder(anns, bobs)
  })

  it('[SH201 SH204] load what draws them only for a document with charts, and say what isn’t drawn', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    const loaded = () =>
      anns.page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .some(({ name }) => /\/charts-[^/]+\.js/.test(name)),
      )
    // To print looks for charts.
    await anns.page.keyboard.press('Control+p')
    const dialog = anns.page.getByRole('dialog', { name: 'Print' })
    await dialog.waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await anns.write('B1', 'no chart')
    await anns.untilCell([0, 1], 'no chart')
    await anns.untilSaved()
    expect(await loaded()).toBe(false)
    await postDocument(sheets.baseUrl, room, (doc) => {
      const cells = doc.getMap('cells:sheet-1')
      doc.getMap('sheets').set('sheet-1/rows', 3_000)
      cells.set('0:0', { v: 'Name' })
      for (let row = 1; row <= 1_200; row++) cells.set(`${row}:0`, { v: row })
    })
    await postDocument(sheets.baseUrl, room, (doc) => {
      const part = doc.getMap('charts:sheet-1')
      part.set('many/kind', 'line')
      part.set('many/range', 'sheet-1!0:0..2999:0')
      part.set('many/at', { cell: '2:3', x: 0, y: 0 })
      part.set('bad/kind', 'line')
      part.set('bad/range', { toString: 1 })
      part.set('bad/at', 'nowhere')
    })
    await charts(anns).getByText('Shows the first 1,000 of 1,200 points.').waitFor()
    await poll(() => charts(anns).count()).toBe(1)
    await poll(() => loaded()).toBe(true)
    await untilInOrder(anns)
  })

  atNight('[SH200 SH208] are copied with their sheet, and printed', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await insert(anns)
    await panel(anns).getByRole('button', { name: 'Close' }).click()
    await anns.tab('Sheet 1').click({ button: 'right' })
    await anns.page.getByText('Copy', { exact: true }).filter({ visible: true }).click()
    await poll(() => anns.tabs()).toHaveLength(4)
    await poll(() => said(anns)).toEqual([SALES])
    await anns.write('B2', '11')
    await poll(() => said(anns)).toEqual([SALES.with(2, 'Jan 11 20')])
    await anns.tab('Sheet 1').click()
    await poll(() => said(anns)).toEqual([SALES])
    await anns.page.keyboard.press('Control+p')
    const printed = anns.page.getByRole('dialog', { name: 'Print' }).locator('.print-chart svg')
    await printed.waitFor()
    await poll(() => printed.count()).toBe(1)
    await untilInOrder(anns)
  })

  atNight('[SH208] are printed with texts that XML can’t have, in one dialog', async () => {
    const room = sheets.newRoom()
    await postDocument(sheets.baseUrl, room, (doc) => {
      doc.getMap('cells:sheet-1').set('0:0', { v: 7 })
      const part = doc.getMap('charts:sheet-1')
      part.set('one/kind', 'column')
      part.set('one/range', 'sheet-1!0:0..0:0')
      part.set('one/at', { cell: '2:3', x: 0, y: 0 })
      part.set('one/title', 'soft\u000Bbreak')
    })
    await using anns = await open(room)
    await charts(anns).waitFor()
    // Whoever sees nothing yet presses again.
    await anns.page.keyboard.press('Control+p')
    await anns.page.keyboard.press('Control+p')
    const dialog = anns.page.getByRole('dialog', { name: 'Print' })
    await dialog.locator('.print-chart svg').getByText('soft').waitFor()
    expect(await dialog.locator('parsererror').count()).toBe(0)
    await poll(() => anns.page.locator('.print-dialog').count()).toBe(1)
  })
})

describe('charts of a user who may not edit', () => {
  const office = new GuardedOffice()

  it('[SH207 SH14 SH213] are seen, can’t be changed, and have no keys that change them', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', READER)
    await using anns = await office.sheet(room, 'ann')
    await anns.untilTools()
    await insert(anns)
    await anns.untilSaved()
    await using bobs = await office.sheet(room, 'bob')
    await poll(() => said(bobs)).toEqual([SALES])
    await charts(bobs).focus()
    const onCells = async () => {
      const [{ y }, cells] = [await boxOf(bobs), (await bobs.canvas.boundingBox())!]
      return y - cells.y
    }
    const before = await boxOf(bobs)
    const place = await onCells()
    await bobs.page.keyboard.press('ArrowDown')
    await bobs.page.keyboard.press('Enter')
    await dragBy(bobs, { x: before.x + 60, y: before.y + 100 }, { x: -100, y: 0 })
    await bobs.page.keyboard.press('Delete')
    await bobs.notice.filter({ hasText: 'You can view' }).waitFor()
    await poll(() => keysOf(bobs)).toBe('Escape leaves it.')
    await poll(() => keysOf(anns)).toContain('Delete deletes it')
    expect(await panel(bobs).count()).toBe(0)
    expect(await onCells()).toBe(place)
    expect(await boxOf(bobs)).toMatchObject({ x: before.x, width: before.width })
    await untilInOrder(anns, bobs)
  })
})
