import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { Office, ann, bob } from './office.js'
import { fetchDocument, OfficeWindow, postDocument } from './office-window.js'
import { goTo, Pages, press, reads, type } from './pages.js'
import { writeRed } from './red-picture.js'
import { Sheets } from './sheets.js'

// Versions are made when a test names them.
const SETTINGS = { historyEveryMs: 86_400_000 }
const pages = new Pages(SETTINGS)
const sheets = new Sheets(SETTINGS)
const withoutHistory = new Office({ historyEveryMs: 0 })

type AnyWindow = Pick<OfficeWindow, 'page'>

const dialog = ({ page }: AnyWindow) => page.getByRole('dialog', { name: 'History' })
const button = ({ page }: AnyWindow) => page.getByRole('button', { name: 'History', exact: true })
const inDialog = (at: AnyWindow, name: string) =>
  dialog(at).getByRole('button', { name, exact: true })
const version = (at: AnyWindow, name: string): Locator =>
  dialog(at)
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(name) })

/** A picture for whoever looks at them, if the environment says where they go. */
async function look({ page }: AnyWindow, name: string): Promise<void> {
  const folder = process.env['PICTURES']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}

/** Resolves when a window tells what was done. */
async function says({ page }: AnyWindow, text: RegExp): Promise<void> {
  await page.getByRole('status').filter({ hasText: text }).waitFor()
}

/** Resolves when the server has a page with a text in it. */
async function untilStored(office: Office, room: string, text: string): Promise<void> {
  const stored = async () => {
    const doc = await fetchDocument(office.baseUrl, room)
    return doc.getText('text').toJSON()
  }
  await expect.poll(stored).toContain(text)
}

async function nameVersion(office: Office, room: string, name: string): Promise<void> {
  const answer = await fetch(`${office.baseUrl}/rooms/${room}/document/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  expect(answer.status).toBe(200)
}

describe('the history of a page', () => {
  atNight(
    '[HY13 HY14 HY16] shows what was different, and restores a version beside somebody who writes',
    async () => {
      const room = pages.newRoom()
      await using anns = await pages.open(room, ann)
      await goTo(anns)
      await type(anns, 'We meet on Monday.')
      await press(anns, 'Enter')
      await type(anns, 'Bring the plan.')
      await untilStored(pages, room, 'Bring the plan.')
      await nameVersion(pages, room, 'First draft')
      await goTo(anns, 'Control+Home')
      await goTo(anns, 'End')
      for (let at = 0; at < 'Monday.'.length; at++) await press(anns, 'Backspace')
      await type(anns, 'Tuesday.')
      await untilStored(pages, room, 'Tuesday.')
      await nameVersion(pages, room, 'Second draft')
      await using bobs = await pages.open(room, bob)
      await reads(bobs, 'Bring the plan.')
      await button(anns).click()
      await version(anns, 'Second draft').click()
      await dialog(anns).locator('ins', { hasText: 'Tuesday' }).waitFor()
      await dialog(anns).locator('del', { hasText: 'Monday' }).waitFor()
      await expect.poll(() => version(anns, 'First draft').textContent()).toContain('Ann')
      await look(anns, 'history-page')
      await version(anns, 'First draft').click()
      await dialog(anns).getByLabel('Compared with').selectOption('now')
      await dialog(anns).locator('del', { hasText: 'Tuesday' }).waitFor()
      await inDialog(anns, 'Restore this version').click()
      await dialog(anns).waitFor({ state: 'detached' })
      await says(anns, /is restored\. Undo brings the text back/)
      await reads(anns, /^We meet on Monday\.\nBring the plan\.$/)
      await reads(bobs, /^We meet on Monday\.\nBring the plan\.$/)
      await goTo(bobs)
      await type(bobs, ' Thank you.')
      await reads(anns, 'Bring the plan. Thank you.')
      await press(anns, 'Control+z')
      await reads(anns, /^We meet on Tuesday\.\nBring the plan\. Thank you\.$/)
      expect(anns.complaints).toEqual([])
    },
  )

  atNight('[HY13] names and copies a version, and works by keyboard', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await goTo(anns)
    await type(anns, 'To be copied.')
    await untilStored(pages, room, 'To be copied.')
    await nameVersion(pages, room, 'Old name')
    await button(anns).focus()
    await press(anns, 'Enter')
    await version(anns, 'Old name').focus()
    await press(anns, 'Enter')
    const name = dialog(anns).getByLabel('Name of this version')
    await name.fill('New name')
    await press(anns, 'Enter')
    await version(anns, 'New name').waitFor()
    await dialog(anns).getByLabel('Name of the current version').fill('Handed in')
    await press(anns, 'Enter')
    await version(anns, 'Handed in').waitFor()
    await inDialog(anns, 'Restore this version').click()
    await dialog(anns).getByText('Nothing to restore').waitFor()
    await inDialog(anns, 'Make a copy').click()
    const link = dialog(anns).getByRole('link', { name: 'Open the copy' })
    const href = (await link.getAttribute('href'))!
    await using copy = await OfficeWindow.open(pages.browser, {
      baseUrl: pages.baseUrl,
      path: href,
      person: bob,
    })
    await copy.untilOpen()
    await reads(copy, 'To be copied.')
    await press(anns, 'Escape')
    await dialog(anns).waitFor({ state: 'detached' })
    await expect
      .poll(() => button(anns).evaluate((element) => element === document.activeElement))
      .toBe(true)
    expect(anns.complaints).toEqual([])
  })

  atNight(
    '[HY13] is loaded once the connection is back, if it was opened without one',
    async () => {
      const room = pages.newRoom()
      await using anns = await pages.open(room, ann)
      await goTo(anns)
      await type(anns, 'Before the tunnel.')
      await untilStored(pages, room, 'Before the tunnel.')
      await nameVersion(pages, room, 'Named')
      // The panel itself has to come from the server.
      await button(anns).click()
      await version(anns, 'Named').waitFor()
      await press(anns, 'Escape')
      await anns.page.context().setOffline(true)
      await anns.status.filter({ hasText: 'Reconnecting' }).waitFor()
      await button(anns).click()
      await inDialog(anns, 'Try again').waitFor()
      await anns.page.context().setOffline(false)
      await version(anns, 'Named').waitFor()
      expect(await inDialog(anns, 'Try again').count()).toBe(0)
    },
  )

  it('[HY17] a version that can’t be read or is of a newer format is one sentence, and nothing changes', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await goTo(anns)
    await type(anns, 'What is here.')
    await untilStored(pages, room, 'What is here.')
    await nameVersion(pages, room, 'Broken')
    await anns.page.route('**/document/version?*', (route) =>
      route.fulfill({ contentType: 'application/octet-stream', body: 'not a document' }),
    )
    await button(anns).click()
    await version(anns, 'Broken').click()
    await dialog(anns).getByRole('alert').waitFor()
    expect(await inDialog(anns, 'Restore this version').count()).toBe(0)
    await press(anns, 'Escape')
    await reads(anns, /^What is here\.$/)
  })
})

describe('the history of a sheet', () => {
  atNight(
    '[HY13 HY15 HY16] marks the cells that are different, and restores a version beside somebody who writes',
    async () => {
      const room = sheets.newRoom()
      await using anns = await sheets.open(room, ann)
      await anns.write('A1', 'apples')
      await anns.write('B1', '3')
      await anns.untilSaved()
      await nameVersion(sheets, room, 'Before lunch')
      await using bobs = await sheets.open(room, bob)
      await bobs.untilShows('B1', '3')
      await anns.write('B1', '4')
      await anns.write('A2', 'pears')
      await anns.untilSaved()
      await nameVersion(sheets, room, 'After lunch')
      await button(anns).click()
      await version(anns, 'After lunch').click()
      await dialog(anns).getByText('2 cells are different').waitFor()
      await dialog(anns).getByRole('cell', { name: '4 In the other version: 3' }).waitFor()
      await look(anns, 'history-sheet')
      await version(anns, 'Before lunch').click()
      await inDialog(anns, 'Restore this version').click()
      await dialog(anns).waitFor({ state: 'detached' })
      await says(anns, /is restored\. Undo takes that back\.$/)
      await anns.untilShows('B1', '3')
      await bobs.untilShows('B1', '3')
      await bobs.untilShows('A2', '')
      await bobs.write('C1', 'after it')
      await anns.untilShows('C1', 'after it')
      await anns.page.keyboard.press('Control+z')
      await anns.untilShows('B1', '4')
      await anns.untilShows('A2', 'pears')
      await anns.untilShows('C1', 'after it')
      await bobs.untilShows('B1', '4')
      await anns.untilInOrder()
      expect(anns.complaints).toEqual([])
    },
  )

  it('[SH187] shows the images of a sheet, and which ones are different', async () => {
    const room = sheets.newRoom()
    const at = (cell: string) => ({ cell, x: 0, y: 0 })
    const write = (change: Parameters<typeof postDocument>[2]) =>
      postDocument(sheets.baseUrl, room, change)
    await write((doc) => {
      writeRed(doc, 'same', at('0:0'))
      writeRed(doc, 'moved', at('1:0'))
      writeRed(doc, 'gone', at('2:0'), { alt: 'gone' })
    })
    await nameVersion(sheets, room, 'Before lunch')
    await write((doc) => {
      const images = doc.getMap('images:sheet-1')
      images.set('moved/place', at('1:1'))
      images.delete('gone/source')
      writeRed(doc, 'new', at('3:2'), { alt: 'new' })
    })
    await nameVersion(sheets, room, 'After lunch')
    await using anns = await sheets.open(room, ann)
    await button(anns).click()
    await version(anns, 'After lunch').click()
    await dialog(anns).getByText('Image added new').waitFor()
    await expect
      .poll(() => dialog(anns).locator('.differences li').allTextContents())
      .toEqual([
        'Sheet 1!B2 Image changed red',
        'Sheet 1!C4 Image added new',
        'Sheet 1 Image removed gone',
      ])
    await expect.poll(() => dialog(anns).locator('td img').count()).toBe(3)
    await look(anns, 'history-images')
    expect(anns.complaints).toEqual([])
  })

  it('[HY13] isn’t offered where the server keeps no versions', async () => {
    const { browser, baseUrl } = withoutHistory
    const path = `/pages/${withoutHistory.newRoom()}`
    await using anns = await OfficeWindow.open(browser, { baseUrl, path: '/', person: ann })
    const answered = anns.page.waitForResponse(/document\/versions/)
    await anns.page.goto(`${baseUrl}${path}`)
    await anns.untilOpen()
    await answered
    await anns.page.getByRole('button', { name: 'Share' }).waitFor()
    expect(await button(anns).count()).toBe(0)
    expect(anns.complaints).toEqual([])
  })
})
