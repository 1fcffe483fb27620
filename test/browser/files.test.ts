import { readFile as readDisk } from 'node:fs/promises'
import { type FileSheet, readFile, sheetsIn, writeXlsx } from '@whereabouts/univer/files'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { fetchDocument, OfficeWindow } from './office-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'
import type { SheetWindow } from './sheet-window.js'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
/** Far above what a slice takes, also on a machine under load. */
const LONG_MS = 500

const sheets = new Sheets()

const sheetWith = (sheet: Partial<FileSheet>): FileSheet => ({
  name: 'Costs',
  cells: {},
  merges: [],
  frozen: { rows: 0, columns: 0 },
  filter: null,
  look: { isHidden: false, color: null, hasGridLines: true },
  rules: [],
  validations: [],
  names: [],
  print: null,
  notes: {},
  links: {},
  images: [],
  charts: [],
  rows: { count: 1_000, sizes: {}, hidden: [] },
  columns: { count: 26, sizes: {}, hidden: [] },
  ...sheet,
})

const COSTS = sheetWith({
  cells: {
    0: { 0: { v: 'rent', s: { bl: 1 } }, 1: { v: 900 } },
    1: { 0: { v: 'sum' }, 1: { f: '=B1*2' } },
  },
  merges: [{ startRow: 3, startColumn: 0, endRow: 4, endColumn: 1 }],
})

interface ChosenFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

async function workbook(name: string, ...all: readonly FileSheet[]): Promise<ChosenFile> {
  return { name, mimeType: XLSX, buffer: Buffer.from(await writeXlsx(all)) }
}

const text = (name: string, content: string): ChosenFile => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(content),
})

/** A workbook with something that sheets can't have. */
async function withFormats(name: string): Promise<ChosenFile> {
  const { writeXlsx: write } = await import('hucre/xlsx')
  const richText = [{ text: 'x', font: { bold: true } }, { text: 'y' }]
  const cells = new Map([['1,2', { value: 'xy', richText }]])
  const bytes = await write({ sheets: [{ name: 'Costs', rows: [['rent', 900]], cells }] })
  return { name, mimeType: XLSX, buffer: Buffer.from(bytes) }
}

const home = () =>
  OfficeWindow.open(sheets.browser, { baseUrl: sheets.baseUrl, path: '/', person: ann })

/** Chooses a file with the picker of Home or of the open dialog. */
async function choose(page: Page, file: ChosenFile): Promise<void> {
  await page.locator('input[type="file"][accept*=".csv"]').setInputFiles(file)
}

async function drop({ page, canvas }: SheetWindow, { name, mimeType, buffer }: ChosenFile) {
  const dataTransfer = await page.evaluateHandle(
    ([called, type, base64]) => {
      const bytes = Uint8Array.from(atob(base64!), (letter) => letter.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], called!, { type: type! }))
      return data
    },
    [name, mimeType, buffer.toString('base64')],
  )
  await canvas.dispatchEvent('dragover', { dataTransfer, cancelable: true })
  await canvas.dispatchEvent('drop', { dataTransfer, cancelable: true })
}

const dialog = (page: Page): Locator => page.getByRole('dialog')
const button = (page: Page, name: string): Locator =>
  dialog(page).getByRole('button', { name, exact: true })

/** The requests that change a document. */
function writesOf(page: Page): string[] {
  const posts: string[] = []
  // A worker's requests are the context's, and not the page's.
  page.context().on('request', (request) => {
    if (request.method() === 'POST' && /\/document(?:\?|$)/.test(request.url()))
      posts.push(request.url())
  })
  return posts
}

const sheetsOf = async (room: string) =>
  sheetsIn(await fetchDocument(sheets.baseUrl, room)).map(({ sheet }) => sheet)

/** Collects how long the page's long tasks take. */
async function watchTasks(page: Page): Promise<() => Promise<number[]>> {
  const tasks = await page.evaluateHandle(() => {
    const durations: number[] = []
    new PerformanceObserver((list) => {
      durations.push(...list.getEntries().map(({ duration }) => duration))
    }).observe({ type: 'longtask' })
    return durations
  })
  return () => tasks.jsonValue()
}

describe('a file on Home', () => {
  atNight('[FL11] becomes a document that is named after it', async () => {
    await using anns = await home()
    await choose(anns.page, await workbook('Budget 2026.xlsx', COSTS, sheetWith({ name: 'Two' })))
    await anns.page.waitForURL(/\/sheets\/sheet-[\w-]{16}$/)
    await anns.page.locator('main[aria-busy="false"]').waitFor()
    await poll(() => anns.title.inputValue()).toBe('Budget 2026')
    const room = new URL(anns.page.url()).pathname.split('/').at(-1)!
    expect(await sheetsOf(room)).toEqual([COSTS, sheetWith({ name: 'Two' })])
    expect(anns.complaints).toEqual([])
  })

  it('[FL12 FL3] is written only after the person has seen what is left out', async () => {
    await using anns = await home()
    const { page } = anns
    const writes = writesOf(page)
    await choose(page, await withFormats('Formats.xlsx'))
    await dialog(page)
      .getByText('formatting within a text; the text is kept: 1 in Costs, such as at C2')
      .waitFor()
    expect(writes).toEqual([])
    await button(page, 'Cancel').click()
    await dialog(page).waitFor({ state: 'detached' })
    expect(new URL(page.url()).pathname).toBe('/')
    expect(writes).toEqual([])

    await choose(page, await withFormats('Formats.xlsx'))
    await button(page, 'Open without these').click()
    await page.waitForURL(/\/sheets\//)
    expect(writes.length).toBeGreaterThan(0)
    expect(anns.complaints).toEqual([])
  })

  it('[FL8 FL11] that can’t be opened is refused with a sentence', async () => {
    await using anns = await home()
    const { page } = anns
    const writes = writesOf(page)
    await choose(page, { ...text('Budget.xlsx', 'a,b'), mimeType: XLSX })
    await dialog(page).getByText('Budget.xlsx can’t be opened').waitFor()
    await poll(() => dialog(page).getByRole('alert').textContent()).toMatch(/isn’t an \.xlsx file/)
    await button(page, 'Close').click()
    expect(writes).toEqual([])
    expect(anns.complaints).toEqual([])
  })
})

describe('a file on a sheet', () => {
  atNight('[FL11 FL2 SH29] becomes new sheets for everybody, in one step', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.write('A1', 'before')
    await drop(anns, await workbook('Budget.xlsx', COSTS, sheetWith({ name: 'Sheet 1' })))
    await button(anns.page, 'Add to this document').click()
    for (const window of [anns, bobs]) {
      for (const name of ['Costs', 'Sheet 1 (2)']) await window.tab(name).waitFor()
    }
    await untilInOrder(anns, bobs)
    await anns.untilSaved()
    expect((await sheetsOf(room))[3]).toEqual(COSTS)

    await anns.select('B2')
    await anns.page.keyboard.press('Control+z')
    for (const window of [anns, bobs]) await window.tab('Costs').waitFor({ state: 'detached' })
    await untilInOrder(anns, bobs)
    expect(await anns.cell('A1')).toEqual({ v: 'before' })
  })

  it('[FL11] becomes a new document if the user wants that, or may not edit this one', async () => {
    await using anns = await sheets.open(sheets.newRoom(), ann)
    await drop(anns, text('list.csv', 'a;b\n1;2'))
    await button(anns.page, 'New document').click()
    await anns.page.waitForURL(/\/sheets\/sheet-/)
    await anns.untilOpen()
    const room = new URL(anns.page.url()).pathname.split('/').at(-1)!
    expect((await sheetsOf(room))[0]).toMatchObject({
      name: 'list',
      cells: { 0: { 0: { v: 'a' }, 1: { v: 'b' } }, 1: { 0: { v: 1 }, 1: { v: 2 } } },
    })
  })

  atNight('[FL12] of 100,000 cells is added while the page responds', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    const cells = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, row) => [
        row,
        Object.fromEntries(
          Array.from({ length: 20 }, (__, column) => [column, { v: `text ${row} ${column}` }]),
        ),
      ]),
    )
    const rows = { count: 5_000, sizes: {}, hidden: [] }
    await drop(anns, await workbook('Large.xlsx', sheetWith({ name: 'Large', cells, rows })))
    await button(anns.page, 'Add to this document').waitFor()
    const tasks = await watchTasks(anns.page)
    await button(anns.page, 'Add to this document').click()
    await dialog(anns.page).waitFor({ state: 'detached', timeout: 60_000 })
    expect((await tasks()).filter((ms) => ms > LONG_MS)).toEqual([])
    await untilInOrder(anns)
    await anns.untilSaved()
    expect((await sheetsOf(room))[3]!.cells).toEqual(cells)
  })
})

describe('a sheet', () => {
  /** Saves the sheet in a form, and returns the file. */
  async function save({ page }: SheetWindow, form: string, mark = true) {
    await page.getByRole('button', { name: 'File', exact: true }).click()
    await dialog(page).getByLabel(form).check()
    await dialog(page).getByLabel('Mark texts').setChecked(mark)
    const downloading = page.waitForEvent('download')
    await button(page, 'Save as a file').click()
    const download = await downloading
    await dialog(page).waitFor({ state: 'detached' })
    return { name: download.suggestedFilename(), bytes: await readDisk(await download.path()) }
  }

  it('[FL13] is saved as a workbook and as text, with the values of formulas', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await anns.write('A1', '7')
    await anns.write('A2', '=A1*6')
    await anns.write('B1', "'=x")
    await anns.untilShows('A2', '42')
    const { name, bytes } = await save(anns, 'Excel workbook')
    expect(name).toBe(`${room}.xlsx`)
    const { sheets: read } = await readFile(bytes, name)
    expect(read.map((sheet) => sheet.name)).toEqual(['Sheet 1', 'Sheet 2', 'Sheet 3'])
    expect(read[0]!.cells).toMatchObject({ 0: { 0: { v: 7 } }, 1: { 0: { f: '=A1*6' } } })
    const { readXlsx } = await import('hucre/xlsx')
    expect((await readXlsx(bytes)).sheets[0]!.cells?.get('1,0')?.formulaResult).toBe(42)

    const marked = await save(anns, 'Text with semicolons')
    expect(marked.name).toBe(`${room}.csv`)
    expect(marked.bytes.toString()).toBe("\uFEFF7;'=x\r\n42\r\n")
    const plain = await save(anns, 'Text with tabs', false)
    expect(plain.bytes.toString()).toBe("7\t'=x\r\n42\r\n")
    await poll(() => anns.complaints).toEqual([])
  })
})
