import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { ann, Sheets } from './sheets.js'
import { Office } from './office.js'
import { OfficeWindow } from './office-window.js'
import { Pages } from './pages.js'

const UNREACHABLE = 'The server can’t be reached. Try again in a moment.'
const pages = new Pages({ historyEveryMs: 86_400_000 })
const sheets = new Sheets()
const office = new Office()

/** Has the scripts of a part fail until the returned function is called. */
async function without(page: Page, part: string): Promise<() => Promise<void>> {
  const scripts = new RegExp(`/assets/${part}[^/]*\\.js$`)
  await page.route(scripts, (route) => route.abort())
  return () => page.unroute(scripts)
}

const notice = (page: Page) => expect.poll(() => page.locator('.notice').textContent())

describe('a part that can’t be fetched', () => {
  it('[OF88] is said, and is there when it is opened again: the history of a page', async () => {
    await using window = await pages.open(pages.newRoom(), ann)
    const { page } = window
    const comes = await without(page, 'HistoryPanel')
    const button = page.getByRole('button', { name: 'History', exact: true })
    await button.click()
    await notice(page).toBe(UNREACHABLE)
    await comes()
    await button.click()
    await page.getByRole('dialog', { name: 'History' }).waitFor()
  })

  it('[OF88] is said, and is there when it is opened again: the files of a sheet', async () => {
    await using window = await sheets.open(sheets.newRoom(), ann)
    const { page } = window
    const comes = await without(page, 'FilesDialog')
    const button = page.getByRole('button', { name: 'File', exact: true })
    await button.click()
    await notice(page).toBe(UNREACHABLE)
    await comes()
    await button.click()
    await page.getByRole('dialog').waitFor()
  })

  it('[OF88] is said on Home as well', async () => {
    const { baseUrl, browser } = office
    await using window = await OfficeWindow.open(browser, { baseUrl, path: '/', person: ann })
    const { page } = window
    const comes = await without(page, 'OpenFileDialog')
    const choose = () =>
      page
        .locator('input[type="file"][accept*=".csv"]')
        .setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('1,2\n') })
    await choose()
    await notice(page).toBe(UNREACHABLE)
    await comes()
    await choose()
    await page.getByRole('dialog').waitFor()
  })

  atNight('[OF88] comes by itself later if nobody opens it', async () => {
    const { baseUrl, browser } = office
    const context = await browser.newContext()
    const path = `/pages/${office.newRoom()}`
    let failed = 0
    await context.route(/\/assets\/Later[^/]*\.js$/, async (route) => {
      failed += 1
      await (failed === 1 ? route.abort() : route.continue())
    })
    await using window = await OfficeWindow.open(browser, { baseUrl, path, person: ann, context })
    await window.untilOpen()
    await window.page.getByRole('button', { name: 'Outline' }).waitFor()
    expect(failed).toBe(2)
  })
})
