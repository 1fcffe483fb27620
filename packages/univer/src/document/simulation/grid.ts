import type { Carry } from '../../operations/carry.js'
import type { LineOperation, Operation } from '../../operations/operation.js'
import type { SetCharts } from '../../operations/set-charts.js'
import type { SetFilter } from '../../operations/set-filter.js'
import type { SetLinks } from '../../operations/set-links.js'
import type { SetLook } from '../../operations/set-look.js'
import type { SetMerges } from '../../operations/set-merges.js'
import type { SetNotes } from '../../operations/set-notes.js'
import type { SetRangeValues } from '../../operations/set-range-values.js'
import type { SetRules } from '../../operations/set-rules.js'
import type { SetValidations } from '../../operations/set-validations.js'
import type { SortRows } from '../../operations/sort-rows.js'
import {
  mergeCell,
  type CellData,
  type CellMatrix,
  type CellRange,
  type CellWrite,
} from '../cells.js'
import type { Name, SheetSnapshot } from '../index.js'
import { USUAL_LOOK } from '../sheet-list.js'
import { insertAt, moveWithin } from '../list-changes.js'

interface Line {
  size: number | null
  isHidden: boolean
}

interface Sheet {
  readonly id: string
  name: string
  readonly rows: Line[]
  readonly columns: Line[]
  readonly cells: CellData[][]
  merges: readonly CellRange[]
  frozen: { readonly rows: number; readonly columns: number }
  filter: SheetSnapshot['filter']
  look: SheetSnapshot['look']
  rules: SheetSnapshot['rules']
  validations: SheetSnapshot['validations']
  /** The notes of cells; a missing one is empty. */
  readonly notes: string[][]
}

function setPart(
  sheet: Sheet,
  step: SetFilter | SetLook | SetMerges | SetRules | SetValidations | SetNotes | SetLinks,
): void {
  // A grid looks links up, as where they lead depends on other cells.
  if (step.type === 'set-links') return
  if (step.type === 'set-notes') setNotes(sheet.notes, step.notes)
  else if (step.type === 'set-filter') sheet.filter = step.filter
  else if (step.type === 'set-look') sheet.look = step.look
  else if (step.type === 'set-merges') sheet.merges = step.merges
  else if (step.type === 'set-rules') sheet.rules = step.rules
  else sheet.validations = step.validations
}

const makeLine = (): Line => ({ size: null, isHidden: false })
const makeLines = (count: number): Line[] => Array.from({ length: count }, makeLine)
const makeNotes = (rows: number, columns: number): string[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => ''))
const makeCells = (count: number): CellData[] => Array.from({ length: count }, () => ({}))

/** A grid of plain arrays that knows positions and no ids, like a real one. */
export class Grid {
  readonly sheets: Sheet[] = []
  names: readonly Name[]

  constructor(snapshot: readonly SheetSnapshot[], names: readonly Name[] = []) {
    this.names = names
    for (const sheet of snapshot) this.#begin(sheet)
  }

  apply(steps: readonly Operation[]): void {
    // A grid looks images up as well.
    for (const step of steps) if (step.type !== 'set-images') this.#apply(step)
  }

  sheet(id: string): Sheet {
    const sheet = this.sheets.find((one) => one.id === id)
    if (sheet === undefined) throw new RangeError(`the grid has no sheet ${id}`)
    return sheet
  }

  #begin(sheet: SheetSnapshot): void {
    const { id, name, rows, columns, cells, merges, frozen, filter, look, rules, validations } =
      sheet
    const notes = makeNotes(rows.count, columns.count)
    setNotes(notes, sheet.notes)
    const lines = ({ count, sizes, hidden }: typeof rows): Line[] =>
      makeLines(count).map((_, at) => ({ size: sizes[at] ?? null, isHidden: hidden.includes(at) }))
    const table = makeLines(rows.count).map((_, row) =>
      makeCells(columns.count).map((empty, column) => cells[row]?.[column] ?? empty),
    )
    this.sheets.push({
      id,
      name,
      rows: lines(rows),
      columns: lines(columns),
      cells: table,
      merges,
      frozen,
      filter,
      look,
      rules,
      validations,
      notes,
    })
  }

  #apply(step: Exclude<Operation, { readonly type: 'set-images' }>): void {
    switch (step.type) {
      case 'insert-sheet': {
        const { sheet: id, index, name } = step
        if (this.sheets.some((one) => one.id === id)) throw new RangeError(`two sheets ${id}`)
        const rows = makeLines(step.rows)
        const columns = makeLines(step.columns)
        const cells = rows.map(() => makeCells(step.columns))
        const frozen = { rows: 0, columns: 0 }
        this.sheets.splice(index, 0, {
          id,
          name,
          rows,
          columns,
          cells,
          merges: [],
          frozen,
          filter: null,
          look: USUAL_LOOK,
          rules: [],
          validations: [],
          notes: makeNotes(step.rows, step.columns),
        })
        return
      }
      case 'remove-sheet':
        this.sheets.splice(this.sheets.indexOf(this.sheet(step.sheet)), 1)
        return
      case 'move-sheet': {
        const sheet = this.sheet(step.sheet)
        this.sheets.splice(this.sheets.indexOf(sheet), 1)
        this.sheets.splice(step.index, 0, sheet)
        return
      }
      case 'rename-sheet':
        this.sheet(step.sheet).name = step.name
        return
      case 'set-names':
        this.names = step.names
        return
      case 'set-frozen':
        this.sheet(step.sheet).frozen = { rows: step.rows, columns: step.columns }
        return
      case 'set-look':
      case 'set-merges':
      case 'set-filter':
      case 'set-rules':
      case 'set-validations':
      case 'set-notes':
      case 'set-links':
        setPart(this.sheet(step.sheet), step)
        return
      default:
        this.#applyToCells(step)
    }
  }

  #applyToCells(step: Carry | SortRows | SetRangeValues | SetCharts | LineOperation): void {
    // What floats over the cells isn't in the grid.
    if (step.type === 'set-charts') return
    const sheet = this.sheet(step.sheet)
    if (step.type === 'carry') applyCarry(sheet, this.sheet(step.to.sheet), step)
    else if (step.type === 'sort-rows') applySort(sheet, step)
    else if (step.type === 'set-range-values') applyCells(sheet, step)
    else applyLines(sheet, step)
  }
}

function applyCells({ cells }: Sheet, { cellValue }: SetRangeValues): void {
  for (const [row, writes] of Object.entries(cellValue)) {
    for (const [column, write] of Object.entries(writes as CellMatrix<CellWrite | null>[number])) {
      const before = cells[Number(row)]?.[Number(column)]
      if (before === undefined) throw new RangeError(`no cell ${row}:${column}`)
      cells[Number(row)]![Number(column)] = mergeCell(before, write)
    }
  }
}

/** The grid knows notes by position as well, though a real one looks them up. */
function setNotes(all: string[][], notes: SetNotes['notes']): void {
  for (const [row, inRow] of Object.entries(notes)) {
    for (const [column, note] of Object.entries(inRow as SetNotes['notes'][number])) {
      if (all[Number(row)]?.[Number(column)] === undefined) throw new RangeError('no such cell')
      all[Number(row)]![Number(column)] = note ?? ''
    }
  }
}

function applyCarry(from: Sheet, target: Sheet, { cells, to, order }: Carry): void {
  const places = new Map(Object.entries(order ?? {}).map(([at, row]) => [row, Number(at)]))
  const moved: [row: number, column: number, note: string][] = []
  for (let row = cells.startRow; row <= cells.endRow; row++) {
    for (let column = cells.startColumn; column <= cells.endColumn; column++) {
      const at = places.get(row) ?? row - cells.startRow + to.row
      moved.push([at, column - cells.startColumn + to.column, from.notes[row]![column]!])
      from.notes[row]![column] = ''
    }
  }
  for (const [row, column, note] of moved) target.notes[row]![column] = note
}

function applySort({ cells, notes }: Sheet, { order, first, last }: SortRows): void {
  const noted = [...notes]
  for (const [at, from] of Object.entries(order) as [string, number][]) {
    notes[Number(at)] = noted[from]!
  }
  const before = cells.map((row) => [...row])
  for (const [at, from] of Object.entries(order) as [string, number][]) {
    const moved = before[from]!.slice(first, last + 1)
    cells[Number(at)]!.splice(first, moved.length, ...moved)
  }
}

function applyLines(sheet: Sheet, step: LineOperation): void {
  const lines = sheet[step.axis]
  // A column is part of every row.
  const lists =
    step.axis === 'rows'
      ? [lines, sheet.cells, sheet.notes]
      : [lines, ...sheet.cells, ...sheet.notes]
  if (step.type === 'insert-lines') {
    if (step.at > lines.length) throw new RangeError(`${step.at} is beyond the end`)
    const { at, count } = step
    insertAt(lines, at, makeLines(count))
    const width = sheet.columns.length
    if (step.axis === 'rows') {
      insertAt(
        sheet.cells,
        at,
        makeLines(count).map(() => makeCells(width)),
      )
      insertAt(sheet.notes, at, makeNotes(count, width))
    } else {
      for (const cells of sheet.cells) insertAt(cells, at, makeCells(count))
      for (const notes of sheet.notes) insertAt(notes, at, makeNotes(1, count)[0]!)
    }
  } else if (step.type === 'remove-lines') {
    if (step.at + step.count > lines.length) throw new RangeError('nothing there to remove')
    for (const list of lists) list.splice(step.at, step.count)
  } else if (step.type === 'move-lines') {
    for (const list of lists) moveWithin(list, step.from, step.count, step.to)
  } else if (step.type === 'set-sizes') {
    for (const [at, size] of Object.entries(step.sizes)) lines[Number(at)]!.size = size
  } else {
    for (const [at, isHidden] of Object.entries(step.hidden)) lines[Number(at)]!.isHidden = isHidden
  }
}
