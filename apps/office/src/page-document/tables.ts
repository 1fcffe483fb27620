import type { Doc, Map as YMap } from 'yjs'
import {
  Axis,
  keyBetween,
  makeName,
  type AxisName,
  type Chance,
  type LineId,
  type OrderKey,
} from '@whereabouts/univer/document'
import { COLORS } from './attributes.js'
import { textOf, type Block, type Color, type Table } from './block.js'
import { readFlow, type Entry } from './flow.js'

/** The maximum size of a table; further lines aren't shown. @see PAGE.md PF8 */
/** The most lines of a table that are shown. @see PAGE.md PF8 */
export const MAX_LINES = { rows: 500, columns: 50 } as const

/** The number of cells that a page shows, counted in the order of its tables. @see PAGE.md PF8 */
export const MAX_CELLS = 10_000

/** A key and value to write into the map of tables; `undefined` deletes the key. */
export type Write = readonly [key: string, value: unknown]

/** The name of the map of all tables. @see PAGE.md PF6 */
export const TABLES = 'tables'
const CELL = /^cell:([0-9a-z]{1,24}):([0-9a-z-]{1,40}):([0-9a-z-]{1,40})$/
const AXES = ['rows', 'columns'] as const

interface Cell {
  readonly table: string
  readonly row: LineId
  readonly column: LineId
}

/** Returns the name of a cell's text. @see PAGE.md PF7 */
export const cellName = (table: string, row: LineId, column: LineId): string =>
  `cell:${table}:${row}:${column}`

/** Parses the name of a cell's text; returns `undefined` for any other text. */
export function parseCellName(name: string): Cell | undefined {
  const [, table, row, column] = CELL.exec(name) ?? []
  return table === undefined ? undefined : { table, row: row!, column: column! }
}

/** Returns whether there is any content that must not be lost. */
const hasContent = (entries: readonly Entry[]): boolean =>
  entries.some(({ block }) => textOf(block) !== '' || block.type === 'image')

interface CellText {
  readonly cell: Cell
  readonly entries: readonly Entry[]
}

/**
 * The tables of a page: their rows, columns and the texts of their cells.
 *
 * @see PAGE.md PF6, PF7, PF8
 */
export class Tables {
  readonly #doc: Doc
  readonly #chance: Chance
  /** The texts of each table's cells, by name. */
  readonly #cells = new Map<string, Map<string, CellText>>()
  /** The map's entries for each table; `null` after the map changed. */
  #lines: ReadonlyMap<string, readonly Write[]> | null = null
  readonly #read = new Map<string, Table>()

  constructor(doc: Doc, chance: Chance) {
    this.#doc = doc
    this.#chance = chance
    for (const name of doc.share.keys()) this.take(name)
  }

  get map(): YMap<unknown> {
    return this.#doc.getMap(TABLES)
  }

  /** Takes in a change of a root of the document. */
  take(name: string): void {
    if (name === TABLES) {
      this.#lines = null
      this.#read.clear()
    }
    const cell = parseCellName(name)
    if (cell === undefined) return
    const cells = this.#cells.get(cell.table) ?? new Map<string, CellText>()
    cells.set(name, { cell, entries: readFlow(this.#doc.getText(name)) })
    this.#cells.set(cell.table, cells)
    this.#read.delete(cell.table)
  }

  /** Returns the blocks of a cell. */
  entriesOf(name: string): readonly Entry[] {
    const table = parseCellName(name)?.table ?? ''
    return this.#cells.get(table)?.get(name)?.entries ?? []
  }

  /** Returns the names of the texts of a table's cells, including those of deleted lines. */
  cellsOf(
    table: string,
    within: { readonly row?: LineId; readonly column?: LineId } = {},
  ): string[] {
    return this.#textsOf(table)
      .filter(([, { cell }]) => within.row === undefined || within.row === cell.row)
      .filter(([, { cell }]) => within.column === undefined || within.column === cell.column)
      .map(([name]) => name)
  }

  /** Returns the tables that have text in them. */
  filled(): readonly string[] {
    return [...this.#cells.keys()].filter((table) =>
      this.#textsOf(table).some(([, { entries }]) => hasContent(entries)),
    )
  }

  /** Returns a table as it is shown; it is the same object until the table changes. */
  read(id: string): Table {
    const known = this.#read.get(id)
    if (known !== undefined) return known
    const [rows, columns] = AXES.map((name) => this.axis(id, name).ids.slice(0, MAX_LINES[name]))
    const cell = (row: LineId, column: LineId): readonly Block[] =>
      this.entriesOf(cellName(id, row, column)).map(({ block }) => block)
    const cells = rows!.map((row) => columns!.map((column) => cell(row, column)))
    const table: Table = {
      id,
      rows: rows!,
      columns: columns!,
      cells,
      sizes: this.#sizesOf(id, columns!),
      fills: this.#fillsOf(id, rows!, columns!),
    }
    this.#read.set(id, table)
    return table
  }

  /**
   * Returns the rows or columns of a table. A deleted one stays while there is text in it: whoever
   * deleted it also deleted its text, so this text was written at the same time.
   *
   * @see PAGE.md PF9
   */
  axis(table: string, name: AxisName): Axis {
    const filled = this.#filledLines(table, name)
    const count = this.map.get(`${table}/${name}`)
    const axis = new Axis(name, isCount(count, MAX_LINES[name]) ? count : 1)
    const prefix = `${table}/${name}/`
    for (const [key, value] of this.#linesOf(table)) {
      if (!key.startsWith(prefix)) continue
      const entry = key.slice(prefix.length)
      const isKept = entry.endsWith('/gone') && filled.has(entry.slice(0, -'/gone'.length))
      if (!isKept) axis.read(entry, value)
    }
    return axis
  }

  /** Returns a new table with ids, and the writes that create it. */
  create(table: Table): { readonly table: Table; readonly writes: readonly Write[] } {
    const id = makeName(this.#chance)
    const writes = AXES.map((name): Write => [`${id}/${name}`, table[name].length])
    const made: Table = {
      ...table,
      id,
      rows: idsFor(table.rows),
      columns: idsFor(table.columns),
      ...looksFor(table),
    }
    return { table: made, writes }
  }

  /** Returns the writes that change the lines of a table, and the ids of the new lines. */
  changeLines(table: string, name: AxisName, before: readonly LineId[], after: Table['rows']) {
    const axis = this.axis(table, name)
    const known = keepOrder(before, after)
    const runs: Write[] = []
    const shown: Write[] = []
    const ids: LineId[] = []
    for (const [at, line] of known.entries()) {
      if (line !== null) ids.push(line)
      else if (known[at - 1] === null && at > 0) continue
      else {
        const made = this.#insert(axis, `${table}/${name}`, known, at, { runs, shown })
        for (const id of made) ids.push(id)
      }
    }
    const removed = before.filter((id) => !known.includes(id))
    const gone = removed.map((id): Write => [`${table}/${name}/${id}/gone`, true])
    return { ids, runs, writes: [...shown, ...gone], removed }
  }

  /**
   * Writes a run of lines first as deleted, which can't be undone, and then as shown, which its
   * writer can undo: text that others wrote in it by then still has a line.
   */
  #insert(
    axis: Axis,
    prefix: string,
    known: Table['rows'],
    at: number,
    { runs, shown }: { readonly runs: Write[]; readonly shown: Write[] },
  ): LineId[] {
    const rest = known.slice(at)
    const until = rest.findIndex((line) => line !== null)
    const count = until === -1 ? rest.length : until
    const keyOf = (line: LineId | null | undefined): OrderKey | null =>
      (line && axis.keyOf(line)) ?? null
    const key = keyBetween(keyOf(known[at - 1]), keyOf(rest[count]), this.#chance)
    const run = makeName(this.#chance)
    runs.push([`${prefix}/${run}/run`, [key, count]])
    const ids = Array.from({ length: count }, (_, index) => `${run}-${index}`)
    for (const id of ids) {
      runs.push([`${prefix}/${id}/gone`, true])
      shown.push([`${prefix}/${id}/gone`, undefined])
    }
    return ids
  }

  #sizesOf(table: string, columns: readonly LineId[]): NonNullable<Table['sizes']> {
    const { sizes } = this.axis(table, 'columns')
    return Object.fromEntries(
      columns.flatMap((column) => {
        const size = sizes.get(column)
        return size === undefined ? [] : [[column, size]]
      }),
    )
  }

  #fillsOf(
    table: string,
    rows: readonly LineId[],
    columns: readonly LineId[],
  ): NonNullable<Table['fills']> {
    const prefix = `${table}/fill/`
    const fills: { [cell: string]: Color } = {}
    for (const [key, value] of this.#linesOf(table)) {
      if (!key.startsWith(prefix)) continue
      const [row = '', column = ''] = key.slice(prefix.length).split('/')
      const color = COLORS.find((each) => each === value)
      const isShown = rows.includes(row) && columns.includes(column)
      if (color !== undefined && isShown) fills[`${row}/${column}`] = color
    }
    return fills
  }

  #textsOf(table: string): readonly (readonly [string, CellText])[] {
    return [...(this.#cells.get(table) ?? [])]
  }

  #linesOf(table: string): readonly Write[] {
    this.#lines ??= groupByTable(this.map)
    return this.#lines.get(table) ?? []
  }

  #filledLines(table: string, name: AxisName): ReadonlySet<LineId> {
    const filled = this.#textsOf(table).filter(([, { entries }]) => hasContent(entries))
    return new Set(filled.map(([, { cell }]) => (name === 'rows' ? cell.row : cell.column)))
  }
}

function groupByTable(map: YMap<unknown>): ReadonlyMap<string, readonly Write[]> {
  const groups = new Map<string, Write[]>()
  for (const entry of map.entries()) {
    const table = entry[0].slice(0, Math.max(0, entry[0].indexOf('/')))
    const group = groups.get(table)
    if (group === undefined) groups.set(table, [entry])
    else group.push(entry)
  }
  return groups
}

/** Returns the ids of a new table's lines. */
const valued = <T>(key: string, value: T | undefined): [string, T][] =>
  value === undefined ? [] : [[key, value]]

/** Returns the widths and colors of a table whose lines get new ids. */
function looksFor({
  rows,
  columns,
  sizes = {},
  fills = {},
}: Table): Pick<Table, 'sizes' | 'fills'> {
  return {
    sizes: Object.fromEntries(
      columns.flatMap((column, at) => valued(String(at), sizes[column ?? ''])),
    ),
    fills: Object.fromEntries(
      rows.flatMap((row, at) =>
        columns.flatMap((column, index) => valued(`${at}/${index}`, fills[`${row}/${column}`])),
      ),
    ),
  }
}

const idsFor = (lines: readonly unknown[]): LineId[] => lines.map((_, at) => String(at))

/** Returns the lines with `null` for those that are new, doubled or out of order. */
function keepOrder(before: readonly LineId[], after: Table['rows']): Table['rows'] {
  let last = -1
  return after.map((line) => {
    const at = line === null ? -1 : before.indexOf(line)
    if (at <= last) return null
    last = at
    return line
  })
}

const isCount = (value: unknown, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max
