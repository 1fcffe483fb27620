import type { AxisName, CellRange, CellWrite, Name, Operation, SheetSnapshot } from '../index.js'
import type { Random } from '../../../../../test/simulation/random.js'
import type { Grid } from './grid.js'

type Sheet = Grid['sheets'][number]

/** Returns random steps in positions of the grid. */
export function randomSteps(grid: Grid, chance: Random, unique: () => string): Operation[] {
  const sheet = chance.pick(grid.sheets)
  const kind = chance.below(100)
  if (kind < 20) return [writeCells(sheet, chance)]
  if (kind < 33) return [writeRange(sheet, chance)]
  if (kind < 35) return [setNotes(sheet, chance, unique)]
  if (kind < 36) return [setLinks(sheet, chance)]
  if (kind < 38) return [carry(grid, sheet, chance)]
  if (kind < 68) return [changeLines(sheet, chance)]
  if (kind < 75) return [sort(sheet, chance)]
  if (kind < 83) return [merge(sheet, chance)]
  if (kind < 85) return [freeze(sheet, chance)]
  if (kind < 87) return [setRules(sheet, chance, unique)]
  if (kind < 89) return [setValidations(sheet, chance, unique)]
  if (kind < 91) return [filter(sheet, chance)]
  if (kind < 93) return [setNames(grid, sheet, chance, unique)]
  if (kind < 96) return [changeSheets(grid, sheet, chance, unique)]
  return [changeLines(sheet, chance), writeCells(chance.pick(grid.sheets), chance)].filter(
    // The second step is meant for the grid after the first one.
    (step, at) => at === 0 || step.type !== 'set-range-values' || step.sheet !== sheet.id,
  )
}

function writeCells(sheet: Sheet, chance: Random): Operation {
  const cellValue: Record<number, Record<number, CellWrite | null>> = {}
  for (let n = chance.below(4); n >= 0; n--) {
    const row = chance.below(sheet.rows.length)
    const column = chance.below(sheet.columns.length)
    const cell = isMark(sheet, row, column) ? { s: { bl: chance.below(2) } } : write(chance)
    ;(cellValue[row] ??= {})[column] = cell
  }
  return { type: 'set-range-values', sheet: sheet.id, cellValue }
}

/** A table that is pasted, filled down, formatted or cleared: at times with holes in it. */
function writeRange(sheet: Sheet, chance: Random): Operation {
  const startRow = chance.below(sheet.rows.length)
  const startColumn = chance.below(sheet.columns.length)
  const endRow = startRow + chance.below(sheet.rows.length - startRow)
  const endColumn = startColumn + chance.below(sheet.columns.length - startColumn)
  const made = chance.pick([write, write, () => clear, () => bold, () => plain])
  const everywhere = made(chance)
  const isFilled = chance.below(3) === 0
  const cellValue: Record<number, Record<number, CellWrite | null>> = {}
  for (let row = startRow; row <= endRow; row++) {
    for (let column = startColumn; column <= endColumn; column++) {
      if (isMark(sheet, row, column) || chance.below(12) === 0) continue
      ;(cellValue[row] ??= {})[column] = isFilled ? everywhere : made(chance)
    }
  }
  return { type: 'set-range-values', sheet: sheet.id, cellValue }
}

/** Writes notes on some cells, or removes them. */
function setNotes(sheet: Sheet, chance: Random, unique: () => string): Operation {
  const notes: Record<number, Record<number, string | null>> = {}
  for (let n = chance.below(4); n >= 0; n--) {
    const row = chance.below(sheet.rows.length)
    const column = chance.below(sheet.columns.length)
    ;(notes[row] ??= {})[column] = chance.below(4) === 0 ? null : `note ${unique()}`
  }
  return { type: 'set-notes', sheet: sheet.id, notes }
}

/** Has some cells lead somewhere, or nowhere. */
function setLinks(sheet: Sheet, chance: Random): Operation {
  const links: Record<number, Record<number, { url: string } | { place: string } | null>> = {}
  for (let n = chance.below(4); n >= 0; n--) {
    const row = chance.below(sheet.rows.length)
    ;(links[row] ??= {})[chance.below(sheet.columns.length)] = chance.pick([
      { url: `https://example.com/${n}` },
      { place: `='Sheet 2'!B2:C${3 + chance.below(4)}` },
      { place: `=A${1 + chance.below(6)}` },
      null,
    ])
  }
  return { type: 'set-links', sheet: sheet.id, links }
}

/** Moves what cells have beside their contents, as when cells are cut and pasted or sorted among others. */
function carry(grid: Grid, sheet: Sheet, chance: Random): Operation {
  const cells = someCells(sheet, chance)
  const step = { type: 'carry', sheet: sheet.id, cells } as const
  const [height, width] = [cells.endRow - cells.startRow, cells.endColumn - cells.startColumn]
  const start = { sheet: sheet.id, row: cells.startRow, column: cells.startColumn }
  const other = chance.pick(grid.sheets)
  const fits = other.rows.length > height && other.columns.length > width
  if (chance.below(2) === 0 || !fits) {
    const rows = Array.from({ length: height + 1 }, (_, at) => cells.startRow + at)
    const order = rows.map((at, index) => [at, rows[(index + 1) % rows.length]!] as const)
    return { ...step, to: start, order: Object.fromEntries(order) }
  }
  const row = chance.below(other.rows.length - height)
  const column = chance.below(other.columns.length - width)
  return { ...step, to: { sheet: other.id, row, column } }
}

const clear: CellWrite | null = null
const bold: CellWrite = { s: { bl: 1 } }
const plain: CellWrite = { v: null, t: null, f: null }

/** What others point at stays, so that one can see where it is. */
function isMark({ cells }: Sheet, row: number, column: number): boolean {
  const { v, f } = cells[row]![column]!
  return String(v ?? f).includes('mark')
}

function write(chance: Random): CellWrite | null {
  const n = chance.below(100)
  return chance.pick<() => CellWrite | null>([
    () => ({ v: n, t: 2, f: null }),
    () => ({ v: `text ${n}`, t: 1, f: null, s: { bl: 1, ff: 'Arial', fs: 11 } }),
    () => ({ v: n % 2 === 0, t: 3, f: null }),
    () => ({ s: { n: { pattern: n % 2 === 0 ? '0.00' : '0%' }, cl: { rgb: '#000000' } } }),
    () => ({ s: null }),
    () => ({ f: `=SUM(B2:C${1 + (n % 9)},${1 + (n % 3)}:4,$A:C)+sheet9!A1`, v: n }),
    () => ({ f: `='Sheet 2'!A1&"A1"&Z99`, v: null }),
    () => ({ f: `=SUM(SALES)*Rate_2-成本&"Sales"`, v: null }),
    () => ({ v: null, t: null, f: null }),
    () => null,
  ])()
}

function changeLines(sheet: Sheet, chance: Random): Operation {
  const axis = chance.pick<AxisName>(['rows', 'columns'])
  const on = { sheet: sheet.id, axis }
  const length = sheet[axis].length
  const at = chance.below(length)
  const count = 1 + chance.below(Math.min(3, length - at))
  return chance.pick<() => Operation>([
    () => ({ ...on, type: 'insert-lines', at: chance.below(length + 1), count }),
    () => ({ ...on, type: 'insert-lines', at: chance.below(length + 1), count }),
    () => ({ ...on, type: 'remove-lines', at, count: length > count ? count : 0 }),
    () => ({ ...on, type: 'move-lines', from: at, count, to: chance.below(length + 1) }),
    () => ({ ...on, type: 'move-lines', from: at, count, to: chance.below(length + 1) }),
    () => ({ ...on, type: 'set-sizes', sizes: { [at]: chance.pick([20, 55.5, null]) } }),
    () => ({ ...on, type: 'set-hidden', hidden: { [at]: chance.pick([true, false]) } }),
  ])()
}

/** Sorts some rows by chance; the columns whose cells move in the grid may have others beside them. */
function sort(sheet: Sheet, chance: Random): Operation {
  const rows = sheet.rows.flatMap((_, at) => (chance.below(3) > 0 ? [at] : []))
  const left = [...rows]
  const order = rows.map((at) => [at, left.splice(chance.below(left.length), 1)[0]!])
  const first = chance.below(sheet.columns.length)
  const last = first + chance.below(sheet.columns.length - first)
  return { type: 'sort-rows', sheet: sheet.id, order: Object.fromEntries(order), first, last }
}

function merge(sheet: Sheet, chance: Random): Operation {
  const startRow = chance.below(sheet.rows.length)
  const startColumn = chance.below(sheet.columns.length)
  const range = {
    startRow,
    startColumn,
    endRow: Math.min(sheet.rows.length - 1, startRow + chance.below(3)),
    endColumn: Math.min(sheet.columns.length - 1, startColumn + 1 + chance.below(2)),
  }
  const others = sheet.merges.filter((other) => !overlap(other, range))
  const isOne = startRow === range.endRow && startColumn === range.endColumn
  const isAdded = chance.below(3) > 0 && !isOne
  return { type: 'set-merges', sheet: sheet.id, merges: isAdded ? [...others, range] : others }
}

const overlap = (a: CellRange, b: CellRange): boolean =>
  !(a.endRow < b.startRow || b.endRow < a.startRow) &&
  !(a.endColumn < b.startColumn || b.endColumn < a.startColumn)

const freeze = (sheet: Sheet, chance: Random): Operation => ({
  type: 'set-frozen',
  sheet: sheet.id,
  rows: chance.below(Math.min(3, sheet.rows.length)),
  columns: chance.below(Math.min(3, sheet.columns.length)),
})

function filter(sheet: Sheet, chance: Random): Operation {
  const startRow = chance.below(sheet.rows.length)
  const startColumn = chance.below(sheet.columns.length)
  const range = sheet.filter?.range ?? {
    startRow,
    startColumn,
    endRow: startRow + chance.below(sheet.rows.length - startRow),
    endColumn: startColumn + chance.below(sheet.columns.length - startColumn),
  }
  const column = range.startColumn + chance.below(range.endColumn - range.startColumn + 1)
  const criterion = { filters: { filters: [`text ${chance.below(3)}`] } }
  const criteria = { ...sheet.filter?.criteria, [column]: criterion }
  const made = chance.below(4) === 0 ? null : { range, criteria }
  return { type: 'set-filter', sheet: sheet.id, filter: made }
}

/** Adds a conditional format, changes one in a way or other, moves it to the front, or removes it. */
function setRules(sheet: Sheet, chance: Random, unique: () => string): Operation {
  const made = { id: unique(), ranges: [someCells(sheet, chance)], ...effectOf(chance) }
  const known = sheet.rules.length === 0 ? made : chance.pick(sheet.rules)
  const others = sheet.rules.filter(({ id }) => id !== known.id)
  const rules = chance.pick<SheetSnapshot['rules']>([
    [made, ...sheet.rules],
    [made, ...sheet.rules],
    [known, ...others],
    sheet.rules.map((rule) => (rule === known ? { ...rule, ...effectOf(chance) } : rule)),
    sheet.rules.map((rule) =>
      rule === known ? { ...rule, ranges: [...rule.ranges, someCells(sheet, chance)] } : rule,
    ),
    others,
  ])
  return { type: 'set-rules', sheet: sheet.id, rules }
}

/** Adds a data validation, changes one in a way or other, or removes it. */
function setValidations(sheet: Sheet, chance: Random, unique: () => string): Operation {
  const all = sheet.validations
  const made = { id: unique(), ranges: [someCells(sheet, chance)], check: checkOf(chance) }
  const known = all.length === 0 ? made : chance.pick(all)
  const changed = (change: object) =>
    all.map((one) => (one === known ? { ...one, ...change } : one))
  const validations = chance.pick<SheetSnapshot['validations']>([
    [...all, made],
    [...all, made],
    changed({ check: checkOf(chance) }),
    changed({ ranges: [...known.ranges, someCells(sheet, chance)] }),
    all.filter((one) => one !== known),
  ])
  return { type: 'set-validations', sheet: sheet.id, validations }
}

const checkOf = (chance: Random): SheetSnapshot['validations'][number]['check'] =>
  chance.pick<SheetSnapshot['validations'][number]['check']>([
    { type: 'list', formula1: 'a,b', formula2: '#fff,#e11d48', errorStyle: chance.below(3) },
    { type: 'list', formula1: `='Sheet 2'!$A$1:$A$${1 + chance.below(6)}` },
    { type: 'custom', formula1: `=A1>B$${1 + chance.below(6)}` },
    { type: 'decimal', operator: 'between', formula1: '1', formula2: '=$A$1' },
    { type: 'checkbox' },
  ])

function effectOf(chance: Random): Pick<SheetSnapshot['rules'][number], 'effect' | 'stopIfTrue'> {
  const highlight = { type: 'highlightCell', style: { bg: { rgb: '#e11d48' } } } as const
  return {
    stopIfTrue: chance.below(3) === 0,
    effect: chance.pick<SheetSnapshot['rules'][number]['effect']>([
      { ...highlight, subType: 'number', operator: 'greaterThan', value: chance.below(100) },
      { ...highlight, subType: 'formula', value: `=A1>'Sheet 2'!$B$${1 + chance.below(6)}` },
      { ...highlight, subType: 'duplicateValues' },
    ]),
  }
}

function someCells(sheet: Sheet, chance: Random): CellRange {
  const startRow = chance.below(sheet.rows.length)
  const startColumn = chance.below(sheet.columns.length)
  return {
    startRow,
    startColumn,
    endRow: startRow + chance.below(sheet.rows.length - startRow),
    endColumn: startColumn + chance.below(sheet.columns.length - startColumn),
  }
}

const look = (chance: Random) => ({
  isHidden: chance.below(2) === 0,
  color: chance.pick(['#e11d48', null]),
  hasGridLines: chance.below(2) === 0,
})

function changeSheets(
  grid: Grid,
  { id: sheet }: Sheet,
  chance: Random,
  unique: () => string,
): Operation {
  const name = chance.pick(['Plan', "It's", 'A1', 'sheet9', 'Zahlen 2', unique()])
  const index = chance.below(grid.sheets.length)
  const size = { rows: 1 + chance.below(6), columns: 1 + chance.below(5) }
  return chance.pick<() => Operation>([
    () => ({ type: 'insert-sheet', sheet: unique(), index, name, ...size }),
    () => ({ type: 'remove-sheet', sheet }),
    () => ({ type: 'rename-sheet', sheet, name }),
    () => ({ type: 'move-sheet', sheet, index }),
    () => ({ type: 'set-look', sheet, look: look(chance) }),
    () => ({ type: 'set-look', sheet, look: look(chance) }),
  ])()
}

/** Makes a name, changes one in a way or other, or removes it. */
function setNames({ names }: Grid, sheet: Sheet, chance: Random, unique: () => string): Operation {
  const made: Name = {
    id: unique(),
    name: chance.pick(WORDS),
    formula: nameFormula(sheet, chance),
    sheet: chance.pick([null, null, sheet.id]),
    comment: '',
  }
  const known = names.length === 0 ? made : chance.pick(names)
  const changed = (change: Partial<Name>) =>
    names.map((one) => (one === known ? { ...one, ...change } : one))
  const all = chance.pick<readonly Name[]>([
    [...names, made],
    [...names, made],
    changed({ name: chance.pick(WORDS) }),
    changed({ formula: made.formula, comment: 'x' }),
    names.filter((one) => one !== known),
  ])
  return { type: 'set-names', names: all }
}

const WORDS = ['Sales', 'sales', '成本', 'Rate'] as const

function nameFormula(sheet: Sheet, chance: Random): string {
  const { startRow, startColumn, endRow, endColumn } = someCells(sheet, chance)
  const cells = `${cell(startRow, startColumn)}:${cell(endRow, endColumn)}`
  return chance.pick([
    `='${sheet.name.replaceAll("'", "''")}'!${cells}`,
    '=0.19',
    '=Sales+Rate',
    '=成本*2',
  ])
}

const cell = (row: number, column: number): string =>
  `$${String.fromCharCode(65 + column)}$${row + 1}`
