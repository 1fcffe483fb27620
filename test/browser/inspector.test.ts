import { readFile } from 'node:fs/promises'
import {
  changesOf,
  documentJson,
  readRecording,
  RecordingPlayer,
  RecordingWriter,
} from '@whereabouts/client/recording'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { GuardedOffice, WRITER } from './guarded-office.js'
import type { SheetWindow } from './sheet-window.js'

const MANAGER = [...WRITER, 'manage'] as const

const office = new GuardedOffice(undefined, { confirmMs: 1_000 })

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const row = (page: Page, name: string) => section(page, 'Members').getByRole('row', { name })
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** A picture for whoever looks at them, if the environment says where they go. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

/** Opens the inspector of a room, as somebody; says what its console complains of. */
async function inspect(room: string, who: 'ann' | 'bob') {
  const { baseUrl, browser } = office
  const context = await browser.newContext({ viewport: { width: 1_200, height: 1_000 } })
  await context.addCookies([{ name: 'who', value: who, url: baseUrl }])
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(`${baseUrl}/inspect/${room}`)
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
}

/** Opens a file with a recording. */
async function open(page: Page, content: string): Promise<void> {
  const file = { name: 'a.ndjson', mimeType: 'text/plain', buffer: Buffer.from(content) }
  await page.getByLabel('Open a recording').setInputFiles(file)
}

/** Returns what a window saves as a file. */
async function downloaded(page: Page): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Download').click(),
  ])
  return readFile(await download.path(), 'utf8')
}

async function writeAndSave(window: SheetWindow, cell: string, text: string): Promise<void> {
  await window.write(cell, text)
  await window.untilSaved()
}

describe('the inspector', () => {
  it('[IN9 IN10 IN11 IN15 IN16 IN20] shows two people who move, records them, and plays that back', async () => {
    await office.allow('ann', MANAGER)
    await office.allow('bob', WRITER)
    const room = office.newRoom()
    await using ann = await office.sheet(room, 'ann')
    await using bob = await office.sheet(room, 'bob')
    await writeAndSave(ann, 'A1', 'first')
    await using inspector = await inspect(room, 'ann')
    const { page, complaints } = inspector
    await page.getByText('Live', { exact: true }).waitFor()
    await row(page, 'Ann').getByText('shared-stream').waitFor()
    await row(page, 'Bob').getByText('up to date').waitFor()
    await button(page, 'Record').click()
    await bob.select('C3')
    await row(page, 'Bob').getByText('2:2').waitFor()
    await writeAndSave(ann, 'A1', 'second')
    await ann.select('B2')
    await row(page, 'Ann').getByText('1:1').waitFor()
    await row(page, 'Bob')
      .getByText(/^\d+ ms, \d+ s ago$/)
      .waitFor()
    await look(page, 'inspector-live')

    const tree = section(page, 'Document')
    await tree.getByRole('button', { name: 'cells:sheet-1' }).click()
    await tree.getByRole('button', { name: '0:0' }).click()
    await tree.getByText('"second"').waitFor()
    const events = section(page, 'Events')
    await events.getByLabel('Kind').selectOption('document')
    await expect.poll(() => events.getByRole('listitem').count()).toBeGreaterThan(0)
    await button(page, 'Pause').click()
    const paused = await events.getByRole('listitem').count()
    await writeAndSave(bob, 'C3', 'from Bob')
    await tree.getByRole('button', { name: '2:2' }).waitFor()
    await expect.poll(() => events.getByRole('listitem').count()).toBe(paused)
    await button(page, 'Pause').click()
    await expect.poll(() => events.getByRole('listitem').count()).toBeGreaterThan(paused)

    await button(page, 'Stop').click()
    const text = await downloaded(page)
    const recording = readRecording(text)
    expect(recording).toMatchObject({ room, damagedLine: null })
    const [change] = changesOf(recording, ['cells:sheet-1', '0:0'])
    expect(change?.value).toMatchObject({ v: 'second' })
    const player = new RecordingPlayer(recording)
    const then = player.after(change!.count)
    expect(JSON.stringify(then.members.map(({ location }) => location))).toContain('2:2')
    expect(documentJson(player.at(0).document)).toMatchObject({
      'cells:sheet-1': { '0:0': { v: 'first' } },
    })

    await open(page, text)
    const playback = section(page, 'Play back')
    const slider = playback.getByLabel('Time')
    await playback.getByRole('button', { name: 'cells:sheet-1', exact: true }).click()
    await playback.getByRole('button', { name: 'Changes of cells:sheet-1 / 0:0' }).click()
    await playback.getByRole('button', { name: '0:0', exact: true }).click()
    await playback.getByText('"first"', { exact: true }).waitFor()
    const changes = section(page, 'Changes of cells:sheet-1 / 0:0')
    await changes.getByText(/Bob: .*2:2/).waitFor()
    await changes.getByRole('button').click()
    await playback.getByText('"second"', { exact: true }).waitFor()
    expect(Number(await slider.inputValue())).toBe(change!.atMs)
    await look(page, 'inspector-playback')
    await slider.focus()
    await page.keyboard.press('End')
    await playback.getByRole('button', { name: '2:2', exact: true }).waitFor()
    await page.keyboard.press('Home')
    await playback.getByText('"first"', { exact: true }).waitFor()
    expect(complaints).toEqual([])
  })

  it('[IN20 IN21] is for whoever may manage, from one moment to the next; others can play a file back', async () => {
    await office.allow('bob', WRITER)
    const room = office.newRoom()
    await using inspector = await inspect(room, 'bob')
    const { page } = inspector
    await page.getByText(/^Only those who may manage this document/).waitFor()
    await look(page, 'inspector-refused')
    expect(await section(page, 'Members').count()).toBe(0)
    const alert = page.getByRole('alert').last()
    await open(page, 'hello')
    await expect
      .poll(() => alert.textContent())
      .toBe('This file is not a recording of whereabouts.')
    const header = { format: 'whereabouts-recording', version: 1, room: 'a', startedAtMs: 0 }
    await open(page, JSON.stringify({ ...header, version: 2 }))
    await expect.poll(() => alert.textContent()).toContain('another version')
    await open(page, `${JSON.stringify(header)}\n{"atMs":5,"event":"ping","data":{}}\n{"atMs`)
    await expect.poll(() => alert.textContent()).toContain('Line 3 of this file is damaged.')
    await page.getByText('0:00.000 of 0:00.005: the beginning').waitFor()
    await button(page, 'Next event').press('Enter')
    await page.getByText('0:00.005 of 0:00.005: ping').waitFor()
    await office.allow('bob', MANAGER)
    await section(page, 'Members').waitFor()
    await office.allow('bob', WRITER)
    await page.getByText(/^Only those who may manage this document/).waitFor()
  })

  it('[IN11] a large document is shown in pieces', async () => {
    await using inspector = await inspect(office.newRoom(), 'bob')
    const { page } = inspector
    const doc = new Doc()
    for (let at = 0; at < 250; at++) doc.getMap('many').set(`key-${at}`, at)
    doc.getMap('many').set('text', 'x'.repeat(1_000))
    const writer = new RecordingWriter({ room: 'large', startedAtMs: 0 })
    const data = Buffer.from(encodeStateAsUpdate(doc)).toString('base64')
    writer.add({ atMs: 0, event: 'document', data })
    await open(page, writer.text())
    await page.getByText('251 entries').waitFor()
    await button(page, 'many').click()
    const parts = page.getByRole('listitem').filter({ hasText: /^(key-|text)/ })
    await expect.poll(() => parts.count()).toBe(100)
    await button(page, 'Show 100 more of 151').click()
    await button(page, 'Show 51 more of 51').click()
    await expect.poll(() => parts.count()).toBe(251)
    await expect.poll(() => parts.last().locator('code').textContent()).toMatch(/^"x{199}…$/)
  })

  it('[IN22] is loaded at its own address alone, and all of it is named and reached by the keyboard', async () => {
    await office.allow('ann', MANAGER)
    const room = office.newRoom()
    await using ann = await office.page(room, 'ann')
    await using inspector = await inspect(room, 'ann')
    const { page } = inspector
    await page.getByText('Live', { exact: true }).waitFor()
    const loaded = (of: Page) =>
      of.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
    await expect.poll(() => loaded(page)).toContainEqual(expect.stringContaining('/Inspect-'))
    expect((await loaded(ann.page)).filter((name) => name.includes('/Inspect-'))).toEqual([])
    const controls = page.locator('button:enabled, input, select, [tabindex="0"]')
    const count = await controls.count()
    expect(count).toBeGreaterThan(5)
    const reached = new Set<string>()
    for (let at = 0; at < count; at++) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus')
      reached.add(await focused.evaluate((element) => element.outerHTML))
      const name = await focused.evaluate(
        (element: HTMLInputElement) =>
          element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent,
      )
      expect(name).not.toBe('')
    }
    expect(reached.size).toBeGreaterThanOrEqual(count - 1)
  })
})
