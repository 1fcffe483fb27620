import { Doc, mergeUpdates } from 'yjs'
import { chartsOf, chartsPart, entriesOf } from '../charts/chart-list.js'
import { SheetDocument } from '../document/sheet-document.js'
import { imageCell, readImages } from '../document/images.js'
import { LIMITS, type Name, type Operation } from '../document/index.js'
import {
  printedCells,
  readPrint,
  writePrint,
  type PrintSettings,
} from '../document/print-settings.js'
import type { CellRange } from '../document/cells.js'
import { cleanName } from '../document/sheet-list.js'
import type { SheetState } from '../document/sheet-state.js'
import { makeName, type Chance, type OrderKey } from '../document/order-key.js'
import { FEATURES } from './features/index.js'
import type { FileChart, FileImage, FileName, FilePrint, FileSheet, LeftOut } from './model.js'
import { withWorkbookNames } from './sheet-names.js'

/** Where the sheets of a file go. */
export interface Destination {
  /** The order key of the sheet after which they go; without it they are all that the document has. */
  readonly after?: OrderKey
  /** The title of a new document. */
  readonly title?: string
}

/** The sheets of a document that is new. @see SHEET.md SD30 */
const FIRST_SHEETS: readonly string[] = ['sheet-1', 'sheet-2', 'sheet-3']
const ABOUT = 'about'
/** An update with so many names, however long, is small enough for a server. */
const NAMES_AT_ONCE = 20
const ID_DIGITS = 4

/**
 * Returns updates that write sheets into a document, whatever else is in it. Each is small enough to be
 * taken in at once; together they are one step.
 *
 * @see SHEET.md FL2
 */
export function writeSheets(
  sheets: readonly FileSheet[],
  { after, title }: Destination,
  chance: Chance = Math.random,
): Uint8Array[] {
  const doc = new Doc()
  const isNew = after === undefined
  if (!isNew) standFor(doc, after)
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  const document = new SheetDocument(doc, chance)
  const shown = isNew ? FIRST_SHEETS.length : 1
  const ids = sheets.map(() => newSheetId(chance))
  document.apply(
    ...sheets.map((sheet, at) => insertSheet(sheet, ids[at]!, shown + at)),
    // References are to the sheets of the file, even if these are called the same.
    ...(isNew ? FIRST_SHEETS.map((sheet): Operation => ({ type: 'remove-sheet', sheet })) : []),
  )
  const names = namesIn(sheets, ids, newSheetId(chance))
  // Before the formulas that have them.
  for (let end = 0; end < names.length;)
    document.apply({ type: 'set-names', names: names.slice(0, (end += NAMES_AT_ONCE)) })
  if (isNew && title !== undefined) doc.getMap(ABOUT).set('title', title)
  for (const [at, sheet] of sheets.entries()) {
    for (const { steps } of FEATURES) {
      for (const step of steps?.(sheet, ids[at]!) ?? []) document.apply(step)
    }
    if (sheet.print !== null) writePrint(doc, ids[at]!, storedPrint(sheet.print))
  }
  writeCharts(sheets, ids, document)
  document.destroy()
  doc.destroy()
  return updates
}

/** Writes charts once all sheets are there, as they may show cells of each other. */
function writeCharts(
  sheets: readonly FileSheet[],
  ids: readonly string[],
  { attached }: SheetDocument,
): void {
  for (const [at, { charts }] of sheets.entries()) {
    const home = ids[at]!
    const part = attached.workbook.doc.getMap(chartsPart(home))
    for (const [
      nth,
      { of, range, row, column, x, y, width, height, ...options },
    ] of charts.entries()) {
      const place = { row, column, x, y }
      const nthShown = sheets.findIndex(({ name }) => name === of)
      const shown = { sheet: ids[nthShown]!, range: within(range, sheets[nthShown]!) }
      const change = { ...options, range: shown, place, size: { width, height }, front: nth + 1 }
      const id = `file-${String(nth).padStart(ID_DIGITS, '0')}`
      const entries = entriesOf(id, change, home, attached) ?? {}
      attached.workbook.doc.transact(() => {
        for (const [key, value] of Object.entries(entries)) if (value !== null) part.set(key, value)
      })
    }
  }
}

/** Further cells of a file are blank, and a sheet here doesn't have them. */
const within = (range: CellRange, { rows, columns }: FileSheet): CellRange => ({
  ...range,
  endRow: Math.min(range.endRow, rows.count - 1),
  endColumn: Math.min(range.endColumn, columns.count - 1),
})

/** Of sheets with the same name, the one with the lowest id keeps it: those that were there before. SD31 */
const newSheetId = (chance: Chance): string => `z${Date.now().toString(36)}${makeName(chance)}`

/**
 * Returns the names of a file, with ids in their order that are higher than those of names that were there
 * before, which so keep what they are called. SH153
 */
function namesIn(sheets: readonly FileSheet[], ids: readonly string[], prefix: string): Name[] {
  const all = sheets.flatMap(({ names }, at) => names.map((name) => ({ ...name, at })))
  return all.map(({ name, formula, isOfSheet, comment, at }, nth) => ({
    id: `${prefix}-${nth.toString().padStart(ID_DIGITS, '0')}`,
    name,
    formula,
    sheet: isOfSheet ? ids[at]! : null,
    comment,
  }))
}

/** Returns all updates as one. */
export function asOneUpdate(updates: readonly Uint8Array[]): Uint8Array {
  return updates.length === 1 ? updates[0]! : mergeUpdates([...updates])
}

/** Makes a document that has a sheet with the order key of another's last one, and nothing to be written. */
function standFor(doc: Doc, after: OrderKey): void {
  const sheets = doc.getMap(`sheets`)
  doc.transact(() => {
    sheets.set('sheet-1/at', after)
    // No sheet of a file has this name.
    sheets.set('sheet-1/name', `-${makeName(Math.random)}-${makeName(Math.random)}-`)
    for (const id of FIRST_SHEETS.slice(1)) sheets.set(`${id}/gone`, true)
  })
  // What is written from here on is by somebody else, and doesn't depend on this.
  doc.clientID = (doc.clientID + 1) >>> 0
}

function insertSheet({ name, rows, columns }: FileSheet, sheet: string, index: number): Operation {
  const shown = cleanName(name).slice(0, LIMITS.nameCharacters)
  return {
    type: 'insert-sheet',
    sheet,
    index,
    name: shown === '' ? sheet : shown,
    rows: rows.count,
    columns: columns.count,
  }
}

/** Returns the sheets of a document for a workbook, with names that it can have. @throws {RangeError} if its format isn't known */
export function workbookSheetsIn(doc: Doc): { readonly id: string; readonly sheet: FileSheet }[] {
  return sheetsIn(withWorkbookNames(doc))
}

/** Returns the sheets of a document for a text. @throws {RangeError} if its format isn't known */
export function sheetsIn(doc: Doc): { readonly id: string; readonly sheet: FileSheet }[] {
  const document = new SheetDocument(doc)
  try {
    if (!document.isKnown) throw new RangeError('the document is in a format that is not known')
    const images = imagesIn(doc, document)
    const all = document.snapshot()
    const nameOf = new Map(all.map(({ id, name }) => [id, name]))
    return all.map(({ id, ...sheet }, at) => {
      const own = document.names.filter((name) => (name.sheet ?? (at === 0 ? id : null)) === id)
      const state = document.attached.workbook.sheetWithId(id)!
      return {
        id,
        sheet: {
          ...sheet,
          names: own.map((name) => toFileName(name)),
          print: filePrint(readPrint(doc, id), state),
          images: images.get(id) ?? [],
          charts: fileCharts(document, id, nameOf),
        },
      }
    })
  } finally {
    document.destroy()
  }
}

/** In a new sheet, lines are called by their places. */
const storedPrint = ({ area, ...print }: FilePrint): PrintSettings => ({
  ...print,
  area: area && `${area.startRow}:${area.startColumn}..${area.endRow}:${area.endColumn}`,
})

const filePrint = (print: PrintSettings | undefined, sheet: SheetState): FilePrint | null =>
  print === undefined ? null : { ...print, area: printedCells(sheet, print.area) }

/** Returns the images of each sheet that are on it now. */
function imagesIn(
  doc: Doc,
  { attached }: SheetDocument,
): ReadonlyMap<string, readonly FileImage[]> {
  const all = readImages(doc)
  return new Map(
    attached.workbook.shown.map((sheet) => [
      sheet.id,
      (all.get(sheet.id) ?? []).flatMap(({ source, size, alt, place }) => {
        const cell = imageCell(sheet, place)
        const { isWithin } = place
        return cell === undefined ? [] : [{ source, alt, ...size, ...cell, isWithin }]
      }),
    ]),
  )
}

/** Returns the charts over a sheet that show any cells. */
const fileCharts = (
  { attached }: SheetDocument,
  sheet: string,
  nameOf: ReadonlyMap<string, string>,
): FileChart[] =>
  chartsOf(attached, sheet).flatMap(({ range: shown, place, size, ...options }) => {
    const { kind, title, legend, by, isStacked } = options
    const of = shown && nameOf.get(shown.sheet)
    if (shown === null || of === undefined || of === null) return []
    return [{ kind, title, legend, by, isStacked, of, range: shown.range, ...place, ...size }]
  })

/** Returns what of a document a file can't have. @see FILES.md FL42 */
export function leftOutOf(doc: Doc): LeftOut[] {
  const document = new SheetDocument(doc)
  const all = document.snapshot().map(({ id, name }): LeftOut => {
    const count = chartsOf(document.attached, id).filter(({ range }) => range === null).length
    return { feature: 'charts', sheet: name, count }
  })
  document.destroy()
  return all.filter(({ count }) => count > 0)
}

const toFileName = ({ name, formula, sheet, comment }: Name): FileName => ({
  name,
  formula,
  isOfSheet: sheet !== null,
  comment,
})
