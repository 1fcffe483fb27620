import {
  BooleanNumber,
  type IRange,
  type IResourceManagerService,
  type Workbook as WorkbookModel,
  type Worksheet,
} from '@univerjs/core'
import type { LexerTreeBuilder } from '@univerjs/preset-sheets-core'
import {
  fitsRules,
  fitsValidations,
  compare,
  LIMITS,
  readCheck,
  readCriterion,
  readEffect,
  wholeOf,
  type Attached,
  type AxisName,
  type CellData,
  type CellMatrix,
  type CellRange,
  type CellWrite,
  type Filter,
  type Look,
  type Name,
  type Rule,
  type SheetSnapshot,
  type Validation,
} from './document/index.js'
import { CellReader } from './grid-cells.js'
import type { ValidationProblem } from './over-limits.js'

/** Under which names Univer keeps the filters, the conditional formats and the data validations of a workbook. */
const FILTERS = 'SHEET_FILTER_PLUGIN'
const RULES = 'SHEET_CONDITIONAL_FORMATTING_PLUGIN'
const VALIDATIONS = 'SHEET_DATA_VALIDATION_PLUGIN'
/** The same for names. */
export const NAMES = 'SHEET_DEFINED_NAME_PLUGIN'

interface UniverFilters {
  readonly [sheet: string]: {
    readonly ref: IRange
    readonly filterColumns?: readonly { readonly colId: number }[]
  }
}

interface UniverRule {
  readonly cfId: string
  readonly ranges: readonly IRange[]
  readonly stopIfTrue?: boolean
  readonly rule: unknown
}

/** A data validation of Univer's; the fields that aren't here are those of a check. */
interface UniverValidation {
  readonly uid: string
  readonly ranges: readonly IRange[]
}

/** A name of Univer's. */
export interface UniverName {
  readonly id: string
  readonly name: string
  /** A formula, or references without `=`. */
  readonly formulaOrRefString: string
  /** The sheet that it belongs to; anything else for the workbook. */
  readonly localSheetId?: string
  readonly comment?: string
}

/** Reads the grid in the document's format. */
export class GridReader {
  readonly #workbook: WorkbookModel
  readonly #lexer: LexerTreeBuilder
  readonly #resources: IResourceManagerService
  readonly #attached: Attached

  constructor(
    workbook: WorkbookModel,
    lexer: LexerTreeBuilder,
    resources: IResourceManagerService,
    attached: Attached,
  ) {
    this.#workbook = workbook
    this.#lexer = lexer
    this.#resources = resources
    this.#attached = attached
  }

  /** @throws {RangeError} if the grid doesn't have the sheet */
  sheet(id: string): Worksheet {
    const worksheet = this.#workbook.getSheetBySheetId(id)
    if (!worksheet) throw new RangeError(`the grid has no sheet ${id}`)
    return worksheet
  }

  has(id: string): boolean {
    return Boolean(this.#workbook.getSheetBySheetId(id))
  }

  /** Returns a reader that is valid until the next change. */
  cells(id: string): CellReader {
    return new CellReader(this.sheet(id), this.#workbook.getStyles(), this.#lexer)
  }

  merges(id: string): CellRange[] {
    return this.sheet(id)
      .getMergeData()
      .map(({ startRow, startColumn, endRow, endColumn }) => ({
        startRow,
        startColumn,
        endRow,
        endColumn,
      }))
      .toSorted((a, b) => a.startRow - b.startRow || a.startColumn - b.startColumn)
  }

  frozen(id: string): { rows: number; columns: number } {
    const { startRow, startColumn } = this.sheet(id).getFreeze()
    return { rows: Math.max(0, startRow), columns: Math.max(0, startColumn) }
  }

  /**
   * Returns the filter of a sheet, and `null` if it has none; `undefined` until the part of the grid
   * that filters has been loaded.
   */
  filter(id: string): Filter | null | undefined {
    const filters = this.#resource(FILTERS) as UniverFilters | undefined
    if (filters === undefined) return undefined
    const { ref, filterColumns = [] } = filters[id] ?? {}
    if (ref === undefined) return null
    const { startRow, startColumn, endRow, endColumn } = ref
    const criteria = filterColumns.flatMap((column) => {
      const criterion = readCriterion(column)
      return criterion === undefined ? [] : [[column.colId, criterion]]
    })
    return {
      range: { startRow, startColumn, endRow, endColumn },
      criteria: Object.fromEntries(criteria) as Filter['criteria'],
    }
  }

  /**
   * Returns the conditional formats of a sheet, the most important one first; `undefined` until the part of
   * the grid that has them has been loaded.
   */
  rules(id: string): Rule[] | undefined {
    const rules = this.#resource(RULES) as { [sheet: string]: UniverRule[] } | undefined
    if (rules === undefined) return undefined
    return (rules[id] ?? []).flatMap((rule) => this.#rule(id, rule) ?? [])
  }

  /** Returns why a sheet can't have a rule of Univer's form beside its others. */
  ruleProblem(id: string, wanted: object): 'unsupported' | 'tooManyRules' | undefined {
    const rule = this.#rule(id, wanted as UniverRule)
    if (rule === undefined) return 'unsupported'
    const others = (this.rules(id) ?? []).filter((other) => other.id !== rule.id)
    return fitsRules([rule, ...others]) ? undefined : 'tooManyRules'
  }

  #rule(id: string, { cfId, ranges, stopIfTrue, rule }: UniverRule): Rule | undefined {
    const effect = readEffect(rule, toFormula)
    const within = ranges.flatMap((range) => this.#within(id, range))
    if (effect === undefined || within.length === 0) return undefined
    return { id: cfId, ranges: within, stopIfTrue: stopIfTrue === true, effect }
  }

  /**
   * Returns the data validations of a sheet; of several for a cell, the last one counts. `undefined` until the
   * part of the grid that has them has been loaded.
   */
  validations(id: string): Validation[] | undefined {
    const all = this.#resource(VALIDATIONS) as { [sheet: string]: UniverValidation[] } | undefined
    if (all === undefined) return undefined
    return (all[id] ?? []).flatMap((one) => this.#validation(id, one) ?? [])
  }

  /**
   * Returns why a sheet can't have a data validation of Univer's form, or a part of one, beside its others: it is
   * `unfinished` if it lacks its choices or its formula.
   */
  validationProblem(id: string, wanted: Partial<UniverValidation>): ValidationProblem | undefined {
    const all = this.validations(id) ?? []
    const own = all.find((one) => one.id === wanted.uid)
    const before = own && { uid: own.id, ranges: own.ranges, ...own.check }
    const whole = { uid: '', ranges: [], ...before, ...wanted }
    const validation = this.#validation(id, whole)
    if (validation === undefined) {
      const isUnfinished = this.#validation(id, { ...whole, ...FILLED_IN }) !== undefined
      return isUnfinished ? 'unfinished' : 'unsupported'
    }
    const others = all.filter((one) => one !== own)
    return fitsValidations([...others, validation]) ? undefined : 'tooManyValidations'
  }

  #validation(id: string, rule: UniverValidation): Validation | undefined {
    const check = readCheck(rule, toText)
    const ranges = rule.ranges.flatMap((range) => this.#within(id, range))
    return check === undefined || ranges.length === 0 ? undefined : { id: rule.uid, ranges, check }
  }

  /** Returns all names, the lowest id first. */
  names(): Name[] {
    const all = (this.#resource(NAMES) ?? {}) as { [id: string]: UniverName }
    return Object.values(all)
      .map((name) => this.name(name))
      .toSorted((a, b) => compare(a.id, b.id))
  }

  /** Returns a name of Univer's form. */
  name({ id, name, formulaOrRefString: text, localSheetId, comment }: UniverName): Name {
    const sheet = localSheetId !== undefined && this.has(localSheetId) ? localSheetId : null
    const formula = text.startsWith('=') ? text : `=${text}`
    return { id, name: name.trim(), formula, sheet, comment: comment ?? '' }
  }

  /** Returns what a part of Univer keeps of the workbook; `undefined` until it has been loaded. */
  #resource(name: string): unknown {
    const hooks = this.#resources.getAllResourceHooks()
    const text = hooks
      .find(({ pluginName }) => pluginName === name)
      ?.toJson(this.#workbook.getUnitId())
    return text === '' ? {} : text && (JSON.parse(text) as unknown)
  }

  /** Returns the cells of a range that a sheet has; a range of whole lines has no ends in Univer. */
  #within(id: string, range: IRange): CellRange[] {
    const end = (wanted: number | null, axis: AxisName) => {
      const last = this.count(id, axis) - 1
      return wanted === null || Number.isNaN(wanted) ? last : Math.min(wanted, last)
    }
    const startRow = range.startRow || 0
    const startColumn = range.startColumn || 0
    const endRow = end(range.endRow, 'rows')
    const endColumn = end(range.endColumn, 'columns')
    const isThere = startRow <= endRow && startColumn <= endColumn
    return isThere ? [{ startRow, startColumn, endRow, endColumn }] : []
  }

  /** Returns how a sheet and its tab look. */
  look(id: string): Look {
    const { hidden, tabColor, showGridlines } = this.sheet(id).getConfig()
    return {
      isHidden: hidden === BooleanNumber.TRUE,
      color: tabColor || null,
      hasGridLines: showGridlines !== BooleanNumber.FALSE,
    }
  }

  /** Returns a line's height or width if it isn't the default. */
  size(id: string, axis: AxisName, at: number): number | null {
    const worksheet = this.sheet(id)
    const { defaultColumnWidth, defaultRowHeight } = worksheet.getConfig()
    if (axis === 'columns') {
      const { w = null } = worksheet.getColumnManager().getColumn(at) ?? {}
      return w === defaultColumnWidth ? null : w
    }
    const { ia, h = null } = worksheet.getRowManager().getRow(at) ?? {}
    // Automatic row heights depend on the content; each grid computes them itself.
    return ia === BooleanNumber.TRUE || h === defaultRowHeight ? null : h
  }

  isHidden(id: string, axis: AxisName, at: number): boolean {
    const worksheet = this.sheet(id)
    if (axis === 'columns')
      return worksheet.getColumnManager().getColumn(at)?.hd === BooleanNumber.TRUE
    return worksheet.getRowManager().getRow(at)?.hd === BooleanNumber.TRUE
  }

  count(id: string, axis: AxisName): number {
    const worksheet = this.sheet(id)
    return axis === 'rows' ? worksheet.getRowCount() : worksheet.getColumnCount()
  }

  /** Returns everything of a sheet that belongs into the document. */
  snapshot(id: string): SheetSnapshot {
    return {
      id,
      name: this.sheet(id).getName(),
      rows: this.#lines(id, 'rows'),
      columns: this.#lines(id, 'columns'),
      cells: this.allCells(id),
      merges: this.merges(id),
      frozen: this.frozen(id),
      filter: this.filter(id) ?? null,
      look: this.look(id),
      rules: this.rules(id) ?? [],
      validations: this.validations(id) ?? [],
      notes: this.#attached.notesOf(id),
      links: this.#attached.linksOf(id),
    }
  }

  /** The id of the sheet that is shown. */
  get activeSheet(): string {
    return this.#workbook.getActiveSheet()?.getSheetId() ?? ''
  }

  /** The ids of the sheets, in order. */
  get order(): readonly string[] {
    return this.#workbook.getSheetOrders()
  }

  /** Returns all cells that aren't empty. */
  allCells(id: string): CellMatrix<CellData> {
    const reader = this.cells(id)
    const cells: Record<number, Record<number, CellData>> = {}
    this.sheet(id)
      .getCellMatrix()
      .forValue((row, column) => {
        const cell = reader.read(row, column)
        if (Object.keys(cell).length > 0) (cells[row] ??= {})[column] = cell
      })
    return cells
  }

  /** Returns whether one of these cells has something that the document's format lacks. */
  hasForeign(id: string, cells: CellMatrix<unknown>): boolean {
    const reader = this.cells(id)
    return Object.entries(cells).some(([row, inRow]) =>
      Object.keys(inRow as CellMatrix<unknown>[number]).some((column) =>
        reader.isForeign(Number(row), Number(column)),
      ),
    )
  }

  /** Returns the cells with something that the document's format lacks, in that format. */
  foreignCells(id: string): CellMatrix<CellWrite> {
    const reader = this.cells(id)
    const cells: Record<number, Record<number, CellWrite>> = {}
    this.sheet(id)
      .getCellMatrix()
      .forValue((row, column) => {
        if (!reader.isForeign(row, column)) return
        ;(cells[row] ??= {})[column] = wholeOf(reader.read(row, column))
      })
    return cells
  }

  #lines(id: string, axis: AxisName): SheetSnapshot['rows'] {
    const count = this.count(id, axis)
    const sizes: Record<number, number> = {}
    const hidden: number[] = []
    for (let at = 0; at < count; at++) {
      const size = this.size(id, axis, at)
      if (size !== null) sizes[at] = size
      if (this.isHidden(id, axis, at)) hidden.push(at)
    }
    return { count, sizes, hidden }
  }
}

const toFormula = (value: unknown): string | undefined =>
  typeof value === 'string' && value.startsWith('=') && value.length <= LIMITS.formulaCharacters
    ? value
    : undefined

/** What an unfinished data validation lacks. */
const FILLED_IN = { formula1: '=1' }

const toText = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  const isFormula = typeof value === 'string' && value.startsWith('=')
  return typeof value === 'string' && !isFormula ? value.toWellFormed() : toFormula(value)
}
