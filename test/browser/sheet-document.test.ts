import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { applyUpdate, Doc } from 'yjs'
import { describe, expect, it } from 'vitest'
import { freePort } from '../servers/free-port.js'
import { startServer } from '../servers/standalone.js'
import { atNight } from '../at-night.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, Sheets, untilInOrder } from './sheets.js'

const sheets = new Sheets()

/** Fetches the cells of a sheet from the server, by key. */
async function storedCells(room: string, sheet = 'sheet-1'): Promise<unknown> {
  const response = await fetch(`${sheets.baseUrl}/rooms/${room}/document`)
  const doc = new Doc()
  applyUpdate(doc, new Uint8Array(await response.arrayBuffer()))
  return doc.getMap(`cells:${sheet}`).toJSON()
}

describe('the content of cells', () => {
  it('[SD6 SD8] is shared as typed, and the other window calculates formulas', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.write('A1', '7')
    await anns.write('A2', '=A1*2')
    await anns.write('B1', '50%')
    await anns.write('B2', 'x')
    await bobs.untilShows('A2', '14')
    await bobs.write('A1', '9')
    await anns.untilShows('A2', '18')
    await untilInOrder(anns, bobs)
    await expect
      .poll(() => storedCells(room))
      .toEqual({
        '0:0': { v: 9 },
        '1:0': { f: ['=', '0:0', '*2'] },
        '0:1': { v: 0.5 },
        '1:1': { v: 'x' },
      })
  })

  atNight(
    '[SH17 SD13] moves with its row, and so do formulas, markers and the own selection',
    async () => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await using bobs = await sheets.open(room, bob)
      await bobs.write('B3', '5')
      await bobs.write('C3', '=B3+1')
      await bobs.select('B3')
      await anns.marker('B3').filter({ hasText: 'Bob' }).waitFor()
      await anns.avatar('Bob, in B3 of Sheet 1').waitFor()
      const said = await anns.told.textContent()
      await anns.insertRowAbove('A2')
      await anns.marker('B4').filter({ hasText: 'Bob' }).waitFor()
      await anns.avatar('Bob, in B4 of Sheet 1').waitFor()
      await expect.poll(() => bobs.ownCell()).toBe('B4')
      await bobs.page.keyboard.type('6')
      await bobs.page.keyboard.press('Enter')
      await anns.untilShows('C4', '7')
      await bobs.untilShows('C4', '7')
      await untilInOrder(anns, bobs)
      expect(await anns.told.textContent()).not.toContain('B4')
      expect(said).not.toContain('B4')
    },
  )

  it.each([
    ['inserts a row above it', (anns: SheetWindow) => anns.insertRowAbove('A2'), 1],
    ['deletes a row above it', (anns: SheetWindow) => anns.deleteRow(2), -1],
  ])(
    '[SH17] while somebody %s, what a person types goes into one cell after the other',
    async (_, move, by) => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await using bobs = await sheets.open(room, bob)
      await bobs.select('B5')
      await bobs.page.keyboard.type('one')
      await move(anns)
      await expect.poll(() => bobs.ownCell()).toBe(`B${5 + by}`)
      await bobs.page.keyboard.type(' more')
      for (const word of ['two', 'three']) {
        await bobs.page.keyboard.press('Enter')
        await bobs.page.keyboard.type(word)
      }
      await bobs.page.keyboard.press('Tab')
      await bobs.page.keyboard.type('beside')
      await bobs.page.keyboard.press('Enter')
      await anns.untilShows(`C${7 + by}`, 'beside')
      await anns.untilShows(`B${5 + by}`, 'one more')
      await anns.untilShows(`B${6 + by}`, 'two')
      await anns.untilShows(`B${7 + by}`, 'three')
      await untilInOrder(anns, bobs)
    },
  )

  it('[SH140] all selected ranges move with their cells, while one is typed into', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.write('B5', 'one')
    await bobs.write('C8', 'between')
    await bobs.write('D7', 'two')
    await bobs.select('B5')
    await bobs.page.keyboard.down('Control')
    await bobs.select('D7')
    await bobs.page.keyboard.up('Control')
    await bobs.page.keyboard.type('not kept')
    await anns.insertRowAbove('A2')
    await expect.poll(() => bobs.ownCell()).toBe('D8')
    await bobs.page.keyboard.press('Escape')
    await bobs.page.keyboard.press('Delete')
    await expect.poll(() => bobs.texts()).toEqual(['between'])
    await untilInOrder(anns, bobs)
  })

  atNight(
    '[SH17] while somebody inserts a row above it, a formula that is being typed gets no reference that nobody chose',
    async () => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await using bobs = await sheets.open(room, bob)
      await bobs.select('B5')
      await bobs.page.keyboard.type('=1+')
      const { rows } = await bobs.size()
      await anns.insertRowAbove('A2')
      await expect.poll(async () => (await bobs.size()).rows).toBe(rows + 1)
      await bobs.page.keyboard.type('2')
      await bobs.page.keyboard.press('Enter')
      await anns.untilShows('B6', '3')
      await untilInOrder(anns, bobs)
    },
  )

  it('[CL14 SD13 SH12] is merged after both were offline, and meanwhile shown as not saved', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.write('A3', '3')
    await anns.write('B3', '=A3*10')
    await bobs.untilShows('B3', '30')
    for (const { page } of [anns, bobs]) await page.context().setOffline(true)
    await anns.insertRowAbove('A2')
    await anns.write('A1', 'from Ann')
    await bobs.write('A3', '4')
    await bobs.write('C3', 'from Bob')
    for (const { saving } of [anns, bobs]) {
      await expect.poll(() => saving.textContent()).toBe('Not saved yet, kept in this browser')
    }
    for (const { page } of [anns, bobs]) await page.context().setOffline(false)
    for (const window of [anns, bobs]) {
      await expect.poll(() => window.saving.textContent(), { timeout: 30_000 }).toBe('')
      await window.untilShows('B4', '40')
      await window.untilShows('A1', 'from Ann')
      await window.untilShows('C4', 'from Bob')
      await window.untilInOrder()
    }
  })

  atNight('[SH15 SD12] is undone only as far as it is one’s own', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    const undo = anns.button('univer.command.undo')
    await expect.poll(() => undo.isEnabled()).toBe(false)
    await anns.write('A1', 'Ann 1')
    await anns.write('A2', 'Ann 2')
    await bobs.untilShows('A2', 'Ann 2')
    await bobs.write('A3', 'Bob 1')
    await anns.untilShows('A3', 'Bob 1')
    await anns.page.keyboard.press('Control+z')
    await bobs.untilShows('A2', '')
    await bobs.insertRowAbove('A1')
    await anns.untilShows('A4', 'Bob 1')
    await undo.click()
    await bobs.untilShows('A2', '')
    await bobs.untilShows('A4', 'Bob 1')
    await expect.poll(() => undo.isEnabled()).toBe(false)
    await anns.page.keyboard.press('Control+y')
    await bobs.untilShows('A2', 'Ann 1')
    await anns.button('univer.command.redo').click()
    await bobs.untilShows('A3', 'Ann 2')
    await untilInOrder(anns, bobs)
  })

  atNight(
    '[SH16 SD9] changes in an edited cell only after the edit: Escape shows it, Enter replaces it',
    async () => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await using bobs = await sheets.open(room, bob)
      await anns.select('A1')
      await anns.page.keyboard.type('mine')
      await bobs.write('A1', 'theirs')
      await bobs.write('B1', 'elsewhere')
      const typing = bobs.marker('A1').locator('[data-typing-by]')
      await expect.poll(() => typing.textContent()).toBe('mine')
      await expect.poll(() => storedCells(room)).toMatchObject({ '0:1': { v: 'elsewhere' } })
      await anns.page.keyboard.press('Escape')
      await anns.untilShows('A1', 'theirs')
      await anns.untilShows('B1', 'elsewhere')
      await anns.select('A1')
      await anns.page.keyboard.type('mine')
      await bobs.write('A1', 'theirs again')
      await bobs.write('B1', 'elsewhere again')
      // By then Ann's window has both; what is written at the same moment can win over hers.
      await anns.untilCell([0, 1], 'elsewhere again')
      await anns.page.keyboard.press('Enter')
      await bobs.untilShows('A1', 'mine')
      await anns.untilShows('A1', 'mine')
      await untilInOrder(anns, bobs)
    },
  )

  it('[SH94 SH17] moves with its cell during an edit, and goes nowhere if the cell is deleted', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.write('A5', 'below')
    await anns.untilShows('A5', 'below')
    await anns.select('A3')
    await anns.page.keyboard.type('typed')
    await bobs.insertRowAbove('A2')
    await anns.untilCell([5, 0], 'below')
    await anns.page.keyboard.press('Enter')
    await bobs.untilShows('A4', 'typed')
    await untilInOrder(anns, bobs)

    await anns.select('A4')
    await anns.page.keyboard.type('for nobody')
    await bobs.openMenu('A4')
    await bobs.page.getByText('Delete', { exact: true }).last().hover()
    await bobs.page.getByText('Delete Selected Row').dispatchEvent('click')
    await expect.poll(() => anns.dialog.textContent()).toContain('deleted or merged the cell')
    await anns.page.keyboard.press('Escape')
    await bobs.untilShows('A5', 'below')
    await untilInOrder(anns, bobs)
    expect(JSON.stringify(await storedCells(room))).not.toContain('for nobody')
  })

  it('[SD7 SH15] can be a pasted table, without default styles, in one step of undo', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.copy('1\t2\n3\t=A1+B1')
    await anns.select('A1')
    await anns.page.keyboard.press('Control+v')
    await bobs.untilShows('B2', '3')
    const html = '<table><tr><td style="font-weight:bold">a</td><td>b</td></tr></table>'
    await anns.copy('a\tb', html)
    await anns.select('D1')
    await anns.page.keyboard.press('Control+v')
    await bobs.untilShows('E1', 'b')
    await untilInOrder(anns, bobs)
    await anns.page.keyboard.press('Control+z')
    await anns.page.keyboard.press('Control+z')
    await expect.poll(() => storedCells(room)).toEqual({})
    await untilInOrder(anns, bobs)
  })

  it('[SD5 SD7 SD10 SD37] has styles, merged cells, widths and frozen panes', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.write('A1', 'title')
    await anns.select('A1')
    await anns.page.keyboard.press('Shift+ArrowRight')
    await anns.page.keyboard.press('Control+b')
    await anns.button('sheet.command.add-worksheet-merge').click()
    await bobs.write('B3', '1')
    await bobs.select('B3')
    await bobs.button('sheet.command.numfmt.set.percent').click()
    await anns.untilShows('B3', '100%')
    await bobs.openMenu('B2')
    await bobs.page.getByText('Freeze', { exact: true }).hover()
    await bobs.page.getByText(/^Freeze to active cell/).click()
    // Drags the edge between B and C, as the edge between A and B also moves the frozen pane.
    const widthOf = async (marker: Locator) => (await marker.boundingBox())?.width
    const width = (await widthOf(anns.marker('B2')))!
    await anns.drag({ x: 46 + 176, y: 10 }, { x: 46 + 236, y: 10 })
    await expect.poll(() => widthOf(anns.marker('B2'))).toBeGreaterThan(width + 50)
    const wider = await widthOf(anns.marker('B2'))
    await expect.poll(() => widthOf(bobs.marker('B3'))).toBe(wider)
    await anns.insertRowAbove('A3')
    await bobs.untilShows('B4', '100%')
    await untilInOrder(anns, bobs)
    await bobs.page.reload()
    await bobs.untilOpen()
    await bobs.untilShows('B4', '100%')
    await untilInOrder(anns, bobs)
  })

  it('[SD2] is on sheets that can be added, deleted, renamed and moved', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.tab('Sheet 2').click()
    await anns.write('A1', '21')
    await anns.tab('Sheet 1').click()
    await anns.write('A1', "='Sheet 2'!A1*2")
    await bobs.untilShows('A1', '42')
    await anns.tab('Sheet 2').click({ button: 'right' })
    await anns.page.getByText('Rename', { exact: true }).click()
    await anns.page
      .locator('[data-u-comp="slide-tab-item"] [contenteditable="true"]')
      .fill('Budget')
    await anns.page.keyboard.press('Enter')
    await expect.poll(() => bobs.tabs()).toEqual(['Sheet 1', 'Budget', 'Sheet 3'])
    await anns.tab('Sheet 3').click({ button: 'right' })
    await anns.page.getByText('Delete', { exact: true }).click()
    await anns.page.getByRole('button', { name: /confirm|ok|delete/i }).click()
    await expect.poll(() => bobs.tabs()).toEqual(['Sheet 1', 'Budget'])
    await bobs.page.locator('[data-u-comp="sheet-bar-append-button"]').first().click()
    await expect.poll(async () => (await anns.tabs()).length).toBe(3)
    await bobs.tab('Sheet 1').click({ button: 'right' })
    await bobs.page.getByText('Copy', { exact: true }).click()
    await expect.poll(() => anns.tabs()).toContain('Sheet 1 (Copy)')
    await anns.tab('Sheet 1 (Copy)').click()
    await anns.untilShows('A1', '42')
    await untilInOrder(anns, bobs)
    const copied = ['Sheet 1', 'Sheet 1 (Copy)', 'Budget', 'Sheet 2']
    for (const window of [anns, bobs]) await expect.poll(() => window.tabs()).toEqual(copied)
  })
})

describe('storage', () => {
  it('[SH12 SH93 DO8] keeps everything over a reload, and when all members have left', async () => {
    const room = sheets.newRoom()
    {
      await using anns = await sheets.open(room, ann)
      await anns.write('A1', 'kept')
      await expect.poll(() => anns.saving.textContent()).toBe('')
      await anns.page.reload()
      await anns.untilOpen()
      await anns.untilShows('A1', 'kept')
    }
    await using bobs = await sheets.open(room, bob)
    await bobs.untilShows('A1', 'kept')
    await untilInOrder(bobs)
  })

  it('[SH93 CL21] loses nothing when the server restarts during typing', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-'))
    const first = await startServer({ dataDir }, await freePort())
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann, { baseUrl: first.baseUrl })
    await using bobs = await sheets.open(room, bob, { baseUrl: first.baseUrl })
    await anns.write('A1', 'before')
    await bobs.untilShows('A1', 'before')
    await anns.select('A2')
    await anns.page.keyboard.type('in the ')
    await first.kill()
    await expect.poll(() => anns.status.textContent()).toBe('Reconnecting…')
    await anns.page.keyboard.type('middle')
    await anns.page.keyboard.press('Enter')
    await anns.write('A3', 'without a server')
    await expect.poll(() => anns.saving.textContent()).toMatch(/^Not saved yet/)
    const second = await startServer({ dataDir }, Number(new URL(first.baseUrl).port))
    await anns.write('A4', 'after')
    await bobs.untilShows('A4', 'after')
    await bobs.untilShows('A3', 'without a server')
    await bobs.untilShows('A2', 'in the middle')
    await expect.poll(() => anns.saving.textContent()).toBe('')
    await anns.untilInOrder()
    await bobs.untilInOrder()
    await second.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  it('[CL14 SH12] opens from the browser’s storage and is merged later', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-'))
    const first = await startServer({ dataDir })
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann, { baseUrl: first.baseUrl })
    await anns.write('A1', 'before')
    await expect.poll(() => anns.saving.textContent()).toBe('')
    const block = (url: URL) => url.pathname.startsWith('/rooms/')
    await anns.page.route(block, (route) => route.abort())
    await anns.write('A2', 'kept here')
    await expect.poll(() => anns.saving.textContent()).toMatch(/^Not saved yet/)
    await anns.page.reload()
    await anns.untilOpen()
    await anns.untilShows('A2', 'kept here')
    await anns.page.unroute(block)
    await using bobs = await sheets.open(room, bob, { baseUrl: first.baseUrl })
    await bobs.untilShows('A2', 'kept here')
    await bobs.untilShows('A1', 'before')
    await first.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
})

describe('an unsupported change', () => {
  it('[SH13] is refused with the reason and has no menu', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await anns.tab('Sheet 1').click({ button: 'right' })
    await anns.page.getByText('Rename', { exact: true }).waitFor()
    for (const menu of ['Protect sheet', 'Sheet protection']) {
      expect(await anns.page.getByText(menu, { exact: true }).count()).toBe(0)
    }
    await anns.page.keyboard.press('Escape')
    await anns.select('B2')
    await anns.page.mouse.wheel(0, 600)
    await anns.canvas.click({ position: { x: 300, y: 200 } })
    await anns.canvas.click({ position: { x: 300, y: 200 }, button: 'right' })
    await anns.page.getByText('Freeze', { exact: true }).hover()
    await anns.page.getByText(/^Freeze to active cell/).click()
    await expect.poll(() => anns.notice.textContent()).toMatch(/^Scroll to the upper left corner/)
    await untilInOrder(anns)
  })

  atNight(
    '[SH13] is a format within a cell, whose text is pasted including line breaks',
    async () => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await using bobs = await sheets.open(room, bob)
      await anns.select('A1')
      await anns.page.keyboard.type('one')
      await anns.page.keyboard.press('Alt+Enter')
      await anns.page.keyboard.type('two')
      await anns.page.keyboard.press('Enter')
      await anns.select('B1')
      await anns.page.keyboard.type('half bold')
      for (let n = 0; n < 4; n += 1) await anns.page.keyboard.press('Shift+ArrowLeft')
      await anns.page.keyboard.press('Control+b')
      await anns.page.keyboard.press('Enter')
      await bobs.untilShows('B1', 'half bold')
      await anns.untilSaved()
      expect(await storedCells(room)).toEqual({
        '0:0': { v: 'one\ntwo' },
        '0:1': { v: 'half bold' },
      })
      await untilInOrder(anns, bobs)
    },
  )
})
