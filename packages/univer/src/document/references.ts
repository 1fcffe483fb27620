import { isNameText, printEnd, printSheet, type A1End, type A1Reference } from './a1.js'
import { isRangeEnd, spanOf, type Axis, type LineId, type Span } from './axis.js'

/**
 * A row or column in a reference: an end of a range, all lines, or a number of lines beyond the
 * last.
 */
interface Line {
  readonly at: string
  readonly isFixed: boolean
}

interface End {
  readonly row: Line
  readonly column: Line
}

/**
 * A reference that keeps pointing at its cells through insertions, deletions and moves.
 *
 * @see SHEET.md SD8
 */
export interface Reference {
  /** The id of the sheet; without it the formula's own sheet. */
  readonly sheet?: string
  readonly from: End
  readonly to?: End
}

/** The parts of a sheet that a reference needs. */
export interface Lines {
  readonly id: string
  readonly name: string
  readonly rows: { readonly axis: Axis; readonly shown: readonly LineId[] }
  readonly columns: { readonly axis: Axis; readonly shown: readonly LineId[] }
}

/** A name in a formula, whatever it is called now. @see SHEET.md SD57 */
export interface NameReference {
  /** The id of the name. */
  readonly name: string
  /** What it was called when the formula was written. */
  readonly text: string
}

/** The sheets and names that a formula can refer to. */
export interface Sheets {
  sheetNamed(name: string): Lines | undefined
  sheetWithId(id: string): Lines | undefined
  /** Returns the id of what is called so, in formulas of a sheet. */
  nameCalled(text: string, sheet: string | undefined): string | undefined
  /** Returns what a name is called now. */
  nameWithId(id: string): string | undefined
}

const ALL = '*'
const STORED_NAME = /^@([A-Za-z0-9_-]{1,64})!(.+)$/u
const LINE = String.raw`\$?(?:\*|\+[0-9]{1,7}|~[0-9a-z]{1,99}|[0-9a-z-]{1,40})`
const STORED = new RegExp(
  `^(?:([A-Za-z0-9_-]{1,64})!)?(${LINE}):(${LINE})(?:\\.\\.(${LINE}):(${LINE}))?$`,
)

/**
 * Returns the text of a reference in the document.
 *
 * @example 'sheet-2!12:$0..k3x9-4:$0'
 */
export function storeReference({ sheet, from, to }: Reference): string {
  const ends = [from, ...(to === undefined ? [] : [to])]
  const prefix = sheet === undefined ? '' : `${sheet}!`
  return prefix + ends.map(({ row, column }) => `${storeLine(row)}:${storeLine(column)}`).join('..')
}

const storeLine = ({ at, isFixed }: Line): string => `${isFixed ? '$' : ''}${at}`

/** Returns the text of a name in the document. @example '@k3x9!Sales' */
export const storeName = ({ name, text }: NameReference): string => `@${name}!${text}`

/** Parses the text of a reference or a name; returns `null` if it is neither. */
export function readReference(stored: unknown): Reference | NameReference | null {
  if (typeof stored !== 'string' || stored.length >= 600) return null
  const [, name, called] = STORED_NAME.exec(stored) ?? []
  if (name !== undefined) return isNameText(called!) ? { name, text: called! } : null
  const match = STORED.exec(stored)
  if (match === null) return null
  const [, sheet, ...texts] = match
  const lines = texts.filter((text) => text !== undefined).map(readLine)
  if (lines.some((line) => line === null)) return null
  const [row, column, toRow, toColumn] = lines as Line[]
  return {
    ...(sheet === undefined ? {} : { sheet }),
    from: { row: row!, column: column! },
    ...(toRow && toColumn ? { to: { row: toRow, column: toColumn } } : {}),
  }
}

function readLine(text: string): Line | null {
  const isFixed = text.startsWith('$')
  const at = isFixed ? text.slice(1) : text
  return at === ALL || at.startsWith('+') || isRangeEnd(at) ? { at, isFixed } : null
}

/**
 * Binds a typed reference to the cells that the grid shows.
 *
 * @param isOfPlaces whether it is to the place of a cell
 */
export function bindReference(
  { from, to }: A1Reference,
  lines: Lines,
  isOfPlaces: boolean,
): Omit<Reference, 'sheet'> {
  const ofRows = isOfPlaces || (to !== undefined && to.row !== from.row)
  const ofColumns = isOfPlaces || (to !== undefined && to.column !== from.column)
  const end = ({ row, column, isRowFixed, isColumnFixed }: A1End): End => ({
    row: { at: lineAt(lines.rows, row, ofRows), isFixed: isRowFixed },
    column: { at: lineAt(lines.columns, column, ofColumns), isFixed: isColumnFixed },
  })
  return { from: end(from), ...(to === undefined ? {} : { to: end(to) }) }
}

/** @param isOfSeveral whether the line is an end of several lines */
function lineAt(
  { axis, shown }: Lines['rows'],
  position: number | undefined,
  isOfSeveral: boolean,
): string {
  if (position === undefined) return ALL
  const id = shown[position]
  if (id === undefined) return `+${position - shown.length}`
  return isOfSeveral ? axis.endAt(id) : id
}

/** Returns a reference in A1 at its current place; `#REF!` if nothing of it is left. */
export function printReference(
  reference: Reference,
  home: string,
  sheets: Sheets,
  isOfPlaces: boolean,
): string {
  const lines = sheets.sheetWithId(reference.sheet ?? home)
  const ends = lines && endsOf(reference, lines, isOfPlaces)
  if (!lines || !ends) return '#REF!'
  const prefix = reference.sheet === undefined ? '' : `${printSheet(lines.name)}!`
  return prefix + ends.map(printEnd).join(':')
}

function endsOf(
  { from, to }: Reference,
  { rows, columns }: Lines,
  isOfPlaces: boolean,
): A1End[] | null {
  const row = placesOf(rows.axis, to ? [from.row, to.row] : [from.row], isOfPlaces)
  const column = placesOf(columns.axis, to ? [from.column, to.column] : [from.column], isOfPlaces)
  if (row === null || column === null) return null
  const ends = row.map((line, at): A1End => {
    const { position, isFixed } = column[at]!
    return {
      ...(line.position === undefined ? {} : { row: line.position }),
      ...(position === undefined ? {} : { column: position }),
      isRowFixed: line.isFixed,
      isColumnFixed: isFixed,
    }
  })
  return ends.every(({ row: one, column: other }) => one === undefined && other === undefined)
    ? null
    : ends
}

interface Place {
  readonly position: number | undefined
  readonly isFixed: boolean
}

/** Returns the places of the ends in order; `null` if nothing between them is left. */
function placesOf(axis: Axis, lines: readonly Line[], isOfPlaces: boolean): Place[] | null {
  if (lines.some(({ at }) => at === ALL)) {
    return lines.map(({ isFixed }) => ({ position: undefined, isFixed }))
  }
  const isOfSeveral = isOfPlaces || lines.some(({ at }) => at !== lines[0]!.at)
  const places = lines.map(({ at }) => placeOf(axis, at, isOfSeveral))
  const isLoose = isOfPlaces && lines.every(({ at, isFixed }) => at === lines[0]!.at && !isFixed)
  const span = isLoose ? orNext(places[0]!) : spanOf(places)
  if (span === null) return null
  const [one, other] = places
  const isBackwards = one && other && one.first > other.first
  const fixed = isBackwards ? lines.toReversed() : lines
  return fixed.map(({ isFixed }, at) => ({
    position: at === 0 ? span.first : span.last,
    isFixed,
  }))
}

/** Of a line that is deleted, the next one. */
const orNext = (place: Span | null): Span | null => place && { ...place, last: place.first }

/** @see SHEET.md SF2 */
function placeOf(axis: Axis, at: string, isOfSeveral: boolean): Span | null {
  if (!at.startsWith('+')) return isOfSeveral ? axis.endOf(at) : axis.placeOf(at)
  const position = axis.ids.length + Number(at)
  return { first: position, last: position }
}
