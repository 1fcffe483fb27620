import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { encodeStateVector } from 'yjs'
import { launchChromium } from '../chromium.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { atNight } from '../at-night.js'
import { fetchDocument, OfficeWindow, postDocument } from './office-window.js'
import { SheetWindow } from './sheet-window.js'

const ann = { name: 'Ann', color: '#e11d48' }
const bob = { name: 'Bob', color: '#1d4ed8' }

vi.setConfig({ testTimeout: 120_000 })

let server: RunningServer
let browser: Browser
beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const open = (room: string, person = ann) =>
  SheetWindow.open(browser, { baseUrl: server.baseUrl, room, person })
const stored = async (room: string) => [
  ...encodeStateVector(await fetchDocument(server.baseUrl, room)),
]
const setFormat = (room: string, format: unknown) =>
  postDocument(server.baseUrl, room, (doc) => doc.getMap('about').set('format', format))
const newer = ({ page }: SheetWindow | OfficeWindow) =>
  page.locator('.newer', {
    hasText: 'This sheet was changed by a newer version. Reload to continue.',
  })

it('[PG29 SD22 SD23] a sheet that a newer version has changed becomes read-only, and nothing is lost', async () => {
  const room = 'newer'
  await using anns = await open(room)
  await using bobs = await open(room, bob)
  await anns.write('A1', 'of Ann')
  await bobs.untilShows('A1', 'of Ann')
  await anns.select('B2')
  await anns.page.keyboard.type('half a sentence')
  await bobs.marker('B2').locator('[data-typing-by]', { hasText: 'half a sentence' }).waitFor()
  await setFormat(room, 1_000)
  await postDocument(server.baseUrl, room, (doc) =>
    doc.getMap('cells:sheet-1').set('5:0', { v: 'of a newer version' }),
  )
  const text = anns.dialog.getByLabel('Your text')
  await expect.poll(() => text.inputValue()).toBe('half a sentence')
  for (const window of [anns, bobs]) await newer(window).waitFor()
  const before = await stored(room)
  await anns.dialog.getByRole('button', { name: 'Put into the selected cell' }).click()
  await expect.poll(() => text.inputValue()).toBe('half a sentence')
  await anns.dialog.getByRole('button', { name: 'Discard' }).click()
  await anns.dialog.waitFor({ state: 'detached' })
  for (const window of [anns, bobs]) {
    await window.select('C3')
    await window.page.keyboard.press('Control+z')
    await window.page.keyboard.press('Delete')
    await window.page.keyboard.type('not written')
    await expect.poll(() => window.notice.textContent()).toContain('newer version')
    await window.page.keyboard.press('Enter')
    expect(await window.cell('C3')).toEqual({})
    expect(await window.cell('A6')).toEqual({})
    expect(await window.cell('A1')).toMatchObject({ v: 'of Ann' })
  }
  const path = `/sheets/${room}`
  await using carols = await OfficeWindow.open(browser, {
    baseUrl: server.baseUrl,
    path,
    person: { name: 'Carol', color: '#047857' },
  })
  await newer(carols).waitFor()
  expect(await carols.page.locator('main[aria-busy="false"]').count()).toBe(0)
  expect(await stored(room)).toEqual(before)

  await setFormat(room, 1)
  await carols.page.locator('main[aria-busy="false"]').waitFor({ timeout: 45_000 })
  for (const window of [anns, bobs]) {
    await expect.poll(() => window.cell('A6')).toEqual({ v: 'of a newer version' })
    await newer(window).waitFor({ state: 'detached' })
    await window.untilInOrder()
  }
  await bobs.write('C3', 'goes on')
  await anns.untilShows('C3', 'goes on')
  await anns.page.keyboard.press('Control+z')
  await expect.poll(() => bobs.cell('A1')).toEqual({})
  expect([...anns.complaints, ...bobs.complaints, ...carols.complaints]).toEqual([])
})

atNight(
  '[PG30 SD21] opening a sheet creates no document, and editing one writes no version',
  async () => {
    const room = 'looked-at'
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await anns.select('B2')
    await bobs.marker('B2').waitFor()
    expect(await stored(room)).toEqual([0])
    await Promise.all([anns.write('A1', '1'), bobs.write('A2', '2')])
    for (const window of [anns, bobs]) {
      await expect.poll(() => window.cell('A1')).toMatchObject({ v: 1 })
      await expect.poll(() => window.cell('A2')).toMatchObject({ v: 2 })
      await window.untilSaved()
    }
    expect((await fetchDocument(server.baseUrl, room)).getMap('about').size).toBe(0)
  },
)
