import { execFile } from 'node:child_process'
import { mkdtemp, readFile as readDisk, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { CellData } from '@whereabouts/univer/document'
import { type FileChart, type FileSheet, readFile, writeXlsx } from '@whereabouts/univer/files'
import { describe, expect, it } from 'vitest'
import { find, LIBREOFFICE } from '../../scripts/needs.mjs'

/** A picture of 60 by 40 pixels. */
const RED =
  'iVBORw0KGgoAAAANSUhEUgAAADwAAAAoCAIAAAAt2Q6oAAAAPElEQVR42u3OQQkAAAgEsCtiH/s3sIkpfAiDBVim+p1IS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tfWuTI8Ob2ubDSAAAAAElFTkSuQmCC'

const execute = promisify(execFile)
/** Every sheet as text with commas, in UTF-8, with what cells have and not as they look. */
const AS_TEXT = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1'

const COSTS: FileSheet = {
  name: 'Costs',
  cells: {
    0: { 0: { v: '名称' }, 1: { v: 'a "b", c' }, 2: { v: 'line\nbreak' } },
    1: { 0: { v: 1.25, s: { n: { pattern: '¥#,##0.00' } } }, 1: { v: -3e-5 }, 2: { v: 1, t: 3 } },
    2: { 0: { f: '=A2*4' }, 1: { f: '=IFS(A2>1,"big",TRUE,"small")' }, 2: { v: '007', t: 4 } },
    3: { 0: { v: 45_000, s: { n: { pattern: 'yyyy-mm-dd' } } }, 1: { f: "='Two sheets'!A1+1" } },
  },
  merges: [{ startRow: 5, startColumn: 0, endRow: 6, endColumn: 1 }],
  frozen: { rows: 1, columns: 0 },
  filter: null,
  look: { isHidden: false, color: '#00AB12', hasGridLines: true },
  rules: [],
  validations: [],
  names: [],
  print: null,
  notes: {},
  links: {},
  images: [],
  charts: [],
  rows: { count: 1_000, sizes: { 1: 40 }, hidden: [2] },
  columns: { count: 26, sizes: { 1: 200 }, hidden: [] },
}
const TWO: FileSheet = {
  ...COSTS,
  name: 'Two sheets',
  cells: { 0: { 0: { v: 41 } } },
  merges: [],
}

/** Converts a file with LibreOffice. */
async function convert(folder: string, file: string, to: string): Promise<void> {
  const profile = pathToFileURL(join(folder, 'profile')).href
  const args = [`-env:UserInstallation=${profile}`, '--headless', '--convert-to', to]
  await execute(find(LIBREOFFICE)!, [...args, '--outdir', folder, file], { timeout: 120_000 })
}

async function saved(sheets: readonly FileSheet[]) {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-calc-'))
  const file = join(folder, 'saved.xlsx')
  await writeFile(file, await writeXlsx(sheets))
  return {
    folder,
    file,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

describe('LibreOffice', { timeout: 240_000 }, () => {
  it('[FL10] reads the same values from a workbook that was saved', async () => {
    await using place = await saved([COSTS, TWO])
    await convert(place.folder, place.file, AS_TEXT)
    const valuesOf = async (sheet: string) => {
      const bytes = await readDisk(join(place.folder, `saved-${sheet}.csv`))
      const [read] = (await readFile(bytes, 'saved.csv')).sheets
      return Object.values(read!.cells).map((row) =>
        Object.values(row as Record<string, CellData>).map(({ v }) => v),
      )
    }
    expect(await valuesOf('Costs')).toEqual([
      ['名称', 'a "b", c', 'line\nbreak'],
      [1.25, -0.00003, 1],
      [5, 'big', '007'],
      [45_000, 42],
    ])
    expect(await valuesOf('Two sheets')).toEqual([[41]])
  })

  it('[FL1] writes files that are opened: workbooks, and the values of .ods and .xls', async () => {
    await using place = await saved([TWO])
    for (const kind of ['ods', 'xls']) {
      await convert(place.folder, place.file, kind)
      const bytes = await readDisk(join(place.folder, `saved.${kind}`))
      const { sheets } = await readFile(bytes, `saved.${kind}`)
      expect(sheets[0]).toMatchObject({ name: 'Two sheets', cells: { 0: { 0: { v: 41 } } } })
    }
  })

  it('[FL10 FL30] keeps the data validations of a workbook', async () => {
    const ranges = [{ startRow: 1, startColumn: 0, endRow: 8, endColumn: 0 }]
    const checks = [
      { type: 'list', formula1: 'yes,no', errorStyle: 1 },
      { type: 'list', formula1: "='Two sheets'!$A$1:$A$9", errorStyle: 1 },
      { type: 'date', operator: 'greaterThan', formula1: '2024-02-29', errorStyle: 2 },
      { type: 'custom', formula1: '=D2>1', errorStyle: 1 },
    ] as const
    const validations = checks.map((check, column) => ({
      id: `file-${column + 1}`,
      ranges: ranges.map((range) => ({ ...range, startColumn: column, endColumn: column })),
      check,
    }))
    await using place = await saved([{ ...COSTS, validations }, TWO])
    await convert(place.folder, place.file, 'ods')
    await convert(place.folder, join(place.folder, 'saved.ods'), 'xlsx')
    const bytes = await readDisk(join(place.folder, 'saved.xlsx'))
    const { sheets } = await readFile(bytes, 'saved.xlsx')
    const byColumn = sheets[0]!.validations.toSorted(
      ({ ranges: [one] }, { ranges: [other] }) => one!.startColumn - other!.startColumn,
    )
    expect(byColumn.map(({ check }) => check)).toEqual(checks.map((check) => ({ ...check })))
    expect(byColumn.map(({ ranges: own }) => own)).toEqual(validations.map((one) => one.ranges))
  })

  it('[FL10 FL31 FL32] keeps the notes and links of a workbook', async () => {
    const notes = { 0: { 0: 'Ann: why?\nBob: <because>' }, 7: { 3: 'where nothing is' } }
    const links = {
      0: { 0: { url: 'https://example.com/a?b=1&c=2' }, 2: { place: "='Two sheets'!A1:B2" } },
    }
    await using place = await saved([{ ...COSTS, notes, links }, TWO])
    await convert(place.folder, place.file, 'ods')
    await convert(place.folder, join(place.folder, 'saved.ods'), 'xlsx')
    const bytes = await readDisk(join(place.folder, 'saved.xlsx'))
    const { sheets } = await readFile(bytes, 'saved.xlsx')
    expect(sheets[0]!.notes).toEqual(notes)
    expect(sheets[0]!.links).toEqual(links)
  })

  it('[FL10 FL38] keeps the images of a workbook where they are', async () => {
    const image = {
      source: `data:image/png;base64,${RED}`,
      alt: 'A "red" <picture>',
      row: 3,
      column: 1,
      x: 12,
      y: 7,
      width: 120,
      height: 80,
      isWithin: false,
    }
    const images = [image, { ...image, row: 30, column: 4, x: 0, y: 0, alt: '' }]
    await using place = await saved([{ ...COSTS, images }, TWO])
    await convert(place.folder, place.file, 'ods')
    await convert(place.folder, join(place.folder, 'saved.ods'), 'xlsx')
    const { sheets } = await readFile(
      await readDisk(join(place.folder, 'saved.xlsx')),
      'saved.xlsx',
    )
    const found = sheets[0]!.images
    expect(found.map(({ alt, row, column }) => ({ alt, row, column }))).toEqual(
      images.map(({ alt, row, column }) => ({ alt, row, column })),
    )
    for (const [at, { x, y, width, height, source }] of found.entries()) {
      expect(source).toMatch(/^data:image\/png/)
      // LibreOffice counts in hundredths of millimeters.
      const wanted = images[at]!
      const offBy = [x - wanted.x, y - wanted.y, width - wanted.width, height - wanted.height]
      expect(Math.max(...offBy.map(Math.abs))).toBeLessThanOrEqual(1)
    }
  })

  it('[FL10 FL42] keeps the charts of a workbook, with what they show', async () => {
    const rows = [
      ['Month', 'Ann', 'Bob'],
      ['Jan', 1, 2],
      ['Feb', 3, 4],
      ['Mar', 5, 6],
    ]
    const cells = Object.fromEntries(
      rows.map((row, at) => [at, Object.fromEntries(row.map((v, column) => [column, { v }]))]),
    )
    const chart: FileChart = {
      kind: 'column',
      title: 'Sales <&>',
      legend: 'bottom',
      by: 'columns',
      isStacked: false,
      of: 'Two sheets',
      range: { startRow: 0, startColumn: 0, endRow: 3, endColumn: 2 },
      row: 3,
      column: 4,
      x: 10,
      y: 5,
      width: 400,
      height: 300,
    }
    const charts: readonly FileChart[] = [
      chart,
      { ...chart, kind: 'bar', isStacked: true, row: 20, legend: 'top' },
      { ...chart, kind: 'line', isStacked: true, row: 40, title: '' },
      { ...chart, kind: 'pie', row: 60, range: { ...chart.range, endColumn: 1 } },
      { ...chart, kind: 'scatter', row: 80, range: { ...chart.range, startColumn: 1 } },
    ]
    await using place = await saved([
      { ...COSTS, charts },
      { ...TWO, cells },
    ])
    await convert(place.folder, place.file, 'ods')
    await convert(place.folder, join(place.folder, 'saved.ods'), 'xlsx')
    const { sheets, leftOut } = await readFile(
      await readDisk(join(place.folder, 'saved.xlsx')),
      'saved.xlsx',
    )
    expect(leftOut.filter(({ feature }) => feature === 'charts')).toEqual([])
    const said = (all: readonly FileChart[]) =>
      all.map(({ x: _x, y: _y, width: _width, height: _height, ...more }) => more)
    expect(said(sheets[0]!.charts)).toEqual(said(charts))
  })
})
