import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

const field = ({ page }: SheetWindow) => page.locator('.cell-card input')
const card = ({ page }: SheetWindow) => page.locator('.cell-card')

/** Returns where the cells of a column of the first sheet lead, from row 1 on. */
const linksIn = ({ page }: SheetWindow, column = 0) =>
  page.evaluate((at) => {
    const { whereabouts } = globalThis as unknown as {
      whereabouts: { link: (sheet: string, row: number, column: number) => object | undefined }
    }
    return [0, 1, 2].map((row) => whereabouts.link('sheet-1', row, at) ?? null)
  }, column)

async function untilLinks(links: readonly (object | null)[], ...windows: SheetWindow[]) {
  for (const window of windows) await poll(() => linksIn(window)).toEqual(links)
}

/** Returns the cells that are selected, as the name box says. */
const selected = async ({ page }: SheetWindow): Promise<string> => {
  const inputs = page.locator('main input')
  const values = await inputs.evaluateAll((all) =>
    all.map((one) => (one as HTMLInputElement).value),
  )
  return values.join(' ')
}

async function openField(window: SheetWindow, cell: string): Promise<void> {
  await window.select(cell)
  await window.page.keyboard.press('Control+k')
  await field(window).and(window.page.locator(':focus')).waitFor()
}

async function link(window: SheetWindow, cell: string, address: string): Promise<void> {
  await openField(window, cell)
  await window.page.keyboard.type(address)
  await window.page.keyboard.press('Enter')
  await field(window).waitFor({ state: 'detached' })
}

describe('links', () => {
  const sheets = new Sheets()

  async function open(room: string, person = ann): Promise<SheetWindow> {
    const window = await sheets.open(room, person)
    await window.untilTools()
    return window
  }

  it('[SH148 SH150 SH151] are written by keyboard, opened without access to the sheet, and undone alone', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    const address = `${sheets.baseUrl}/health/live`
    await link(anns, 'A1', address)
    await untilLinks([{ url: address }, null, null], anns, bobs)
    await poll(() => bobs.cell('A1')).toMatchObject({ v: address })
    await bobs.select('A1')
    for (const follow of [
      () => bobs.page.getByRole('link', { name: address }).click(),
      () => bobs.page.keyboard.press('Alt+Enter'),
    ]) {
      const opening = bobs.page.context().waitForEvent('page')
      await follow()
      const opened = await opening
      await opened.waitForURL(address)
      expect(await opened.evaluate(() => opener === null)).toBe(true)
      await opened.close()
      await bobs.select('B5')
      await bobs.select('A1')
    }
    await bobs.insertRowAbove('A1')
    await untilLinks([null, { url: address }, null], anns, bobs)
    await anns.select('C9')
    await anns.page.keyboard.press('Control+z')
    await untilLinks([null, null, null], anns, bobs)
    expect(await bobs.size()).toMatchObject({ rows: 1_001 })
    await untilInOrder(anns, bobs)
  })

  atNight(
    '[SH148 SH150] to cells go there, wherever these are, and are removed by the menu',
    async () => {
      const room = sheets.newRoom()
      await using anns = await open(room)
      await using bobs = await open(room, bob)
      await anns.write('A1', 'there')
      await link(anns, 'A1', "'Sheet 2'!B2:C4")
      await untilLinks([{ place: "='Sheet 2'!B2:C4" }, null, null], anns, bobs)
      await poll(() => bobs.cell('A1')).toEqual({ v: 'there' })
      await anns.tab('Sheet 2').click()
      await anns.insertRowAbove('A1')
      await untilLinks([{ place: "='Sheet 2'!B3:C5" }, null, null], anns, bobs)
      await bobs.select('A1')
      await bobs.page.keyboard.press('Alt+Enter')
      await poll(() => selected(bobs)).toMatch(/\bB3\b/)
      await bobs.tab('Sheet 1').click()
      await bobs.openMenu('A1')
      await bobs.page.getByText('Remove link').click()
      await untilLinks([null, null, null], anns, bobs)
      await untilInOrder(anns, bobs)
    },
  )

  it('[SH169] are deleted with the contents of their cells, and undone with them', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await link(anns, 'A1', 'https://example.com/')
    await link(anns, 'A2', 'Sheet 2')
    const both = [{ url: 'https://example.com/' }, { place: "='Sheet 2'!A1" }, null]
    await untilLinks(both, anns, bobs)
    await bobs.selectRange('A2', 'B9')
    await bobs.page.keyboard.press('Delete')
    await untilLinks([both[0]!, null, null], anns, bobs)
    await anns.select('A1')
    await anns.page.keyboard.press('Delete')
    await untilLinks([null, null, null], anns, bobs)
    await anns.page.keyboard.press('Control+z')
    await untilLinks([both[0]!, null, null], anns, bobs)
    await poll(() => bobs.cell('A1')).toMatchObject({ v: 'https://example.com/' })
    await bobs.page.keyboard.press('Control+z')
    await untilLinks(both, anns, bobs)
    await poll(() => anns.cell('A2')).toMatchObject({ v: 'Sheet 2' })
    await untilInOrder(anns, bobs)
  })

  it('[SH170] stay in their field while the address is looked up in another window', async () => {
    await using anns = await open(sheets.newRoom())
    await openField(anns, 'A1')
    await anns.page.keyboard.type('example.')
    // What a browser does when its window loses the focus: the field stays the active element.
    await field(anns).dispatchEvent('blur')
    await anns.page.keyboard.type('com')
    await anns.page.keyboard.press('Enter')
    await untilLinks([{ url: 'https://example.com' }, null, null], anns)
    await openField(anns, 'A1')
    await anns.select('G9')
    await field(anns).waitFor({ state: 'detached' })
  })

  atNight('[SH151] lead nowhere else', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await openField(anns, 'A1')
    for (const typed of ['javascript:alert(1)', 'file:///etc/passwd', 'Sheet 9!A1', 'nothing']) {
      await field(anns).fill(typed)
      await anns.page.keyboard.press('Enter')
      await anns.page.getByRole('alert').filter({ hasText: 'Enter a web address' }).waitFor()
    }
    await field(anns).fill('example.com/a')
    await anns.page.keyboard.press('Enter')
    await untilLinks([{ url: 'https://example.com/a' }, null, null], anns)
    await link(anns, 'A2', 'ann@example.com')
    await untilLinks(
      [{ url: 'https://example.com/a' }, { url: 'mailto:ann@example.com' }, null],
      anns,
    )
    await openField(anns, 'A1')
    await anns.page.keyboard.type('example.org')
    await anns.page.keyboard.press('Escape')
    await untilLinks(
      [{ url: 'https://example.com/a' }, { url: 'mailto:ann@example.com' }, null],
      anns,
    )
  })

  it('[SH149] that strangers forged are text, and nothing is opened', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await anns.write('A1', 'harmless')
    await anns.untilSaved()
    await postDocument(sheets.baseUrl, room, (doc) => {
      const links = doc.getMap('links:sheet-1')
      doc.getMap('about').set('format', 6)
      links.set('0:0', { url: 'javascript:alert(1)' })
      links.set('1:0', { url: `https://example.com/${'x'.repeat(3_000)}` })
      links.set('2:0', { url: 'https://example.com' })
    })
    await untilLinks([null, null, { url: 'https://example.com' }], anns)
    await anns.select('A1')
    await anns.page.keyboard.press('Alt+Enter')
    expect(await card(anns).isVisible()).toBe(false)
    expect(anns.page.context().pages()).toHaveLength(1)
    expect(anns.complaints).toEqual([])
  })
})

describe('links of a user who may not edit', () => {
  const office = new GuardedOffice()

  it('[SH151 SH14] are only followed', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', READER)
    await using anns = await office.sheet(room, 'ann')
    await anns.untilTools()
    await link(anns, 'A1', 'C3')
    await anns.untilSaved()
    await using bobs = await office.sheet(room, 'bob')
    await bobs.untilTools()
    await bobs.select('A1')
    await bobs.page.keyboard.press('Control+k')
    await bobs.notice.filter({ hasText: 'You can view' }).waitFor()
    expect(await field(bobs).count()).toBe(0)
    await bobs.page.keyboard.press('Alt+Enter')
    await poll(() => bobs.ownCell()).toBe('C3')
    await untilInOrder(anns, bobs)
  })
})
