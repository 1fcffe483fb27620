import { compare, isLineId, type LineId } from './axis.js'
import { isFields } from './cells.js'
import { LIMITS } from './limits.js'

/** The kind of data in a block: contents of cells, or styles. */
export type BlockPart = 'cells' | 'styles'

/** A block as stored in the document. @see SHEET.md SD44 */
export interface StoredBlock {
  readonly n: number
  readonly rows: string
  readonly columns: string
  readonly values: string
}

const KEY = /^[0-9a-z]{1,24}\/(cells|styles)$/
const LINE = /^(.*?)(\d+)$/

/** A run of lines: the prefix of their ids, and the numbers of the first and the last. */
interface Run {
  readonly name: string
  readonly first: number
  readonly last: number
}

/** The parts of a block that are parsed only when the block counts. */
interface Content {
  readonly rows: readonly LineId[]
  readonly columns: readonly LineId[]
  /** Column by column; `null` for a cell that the block doesn't have. */
  readonly values: readonly unknown[]
  readonly rowIndexes: ReadonlyMap<LineId, number>
  readonly columnIndexes: ReadonlyMap<LineId, number>
}

/** The values of cells that were written together. A block is immutable. */
export class Block {
  /** The list of blocks for a cell that only this block covers. All such cells share it. */
  readonly alone: Block[] = [this]
  /** Where several blocks cover a cell, the one with the highest number is on top. */
  readonly number: number
  /** The number of cells in its rows and columns. */
  readonly size: number
  readonly #values: string
  #content: Content | null = null

  constructor(
    readonly key: string,
    readonly part: BlockPart,
    { n, values }: Pick<StoredBlock, 'n' | 'values'>,
    private readonly rows: readonly Run[],
    private readonly columns: readonly Run[],
  ) {
    this.number = n
    this.size = countOf(rows) * countOf(columns)
    this.#values = values
  }

  /** Iterates over its cells, with the value that an entry of each would have. */
  *cells(): Generator<readonly [row: LineId, column: LineId, value: unknown]> {
    const { rows, columns, values } = this.#all
    let at = 0
    for (const column of columns) {
      for (const row of rows) {
        const value = values[at++]
        if (value !== null) yield [row, column, value]
      }
    }
  }

  /** Returns the value that an entry of a cell would have; `undefined` if the block lacks the cell. */
  valueAt(row: LineId, column: LineId): unknown {
    const { rows, rowIndexes, columnIndexes, values } = this.#all
    const down = rowIndexes.get(row)
    const across = columnIndexes.get(column)
    if (down === undefined || across === undefined) return undefined
    return values[across * rows.length + down] ?? undefined
  }

  get #all(): Content {
    this.#content ??= this.#read()
    return this.#content
  }

  #read(): Content {
    const [rows, columns] = [idsOf(this.rows), idsOf(this.columns)]
    const [rowIndexes, columnIndexes] = [indexesOf(rows), indexesOf(columns)]
    const isEachOnce = rowIndexes.size === rows.length && columnIndexes.size === columns.length
    const values = isEachOnce ? readValues(this.#values, this.size) : undefined
    return { rows, columns, rowIndexes, columnIndexes, values: values ?? noValues(this.size) }
  }
}

/** Compares blocks by the order in which they cover each other, the last one on top. @see SHEET.md SD47 */
export const compareBlocks = (a: Block, b: Block): number =>
  a.number - b.number || compare(a.key, b.key)

/** Parses a stored block; returns `undefined` if it is invalid. @see SHEET.md SD44, SD52 */
export function readBlock(key: string, stored: unknown): Block | undefined {
  const part = KEY.exec(key)?.[1] as BlockPart | undefined
  if (part === undefined || !isFields(stored)) return undefined
  const { n, rows, columns, values } = stored
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0) return undefined
  if (typeof rows !== 'string' || typeof columns !== 'string' || typeof values !== 'string') {
    return undefined
  }
  if (rows.length + columns.length + values.length > LIMITS.blockCharacters) return undefined
  const [rowRuns, columnRuns] = [readRuns(rows), readRuns(columns)]
  if (rowRuns === undefined || columnRuns === undefined) return undefined
  const block = new Block(key, part, { n, values }, rowRuns, columnRuns)
  return block.size > LIMITS.cellsInBlock ? undefined : block
}

/**
 * Returns a block in its stored form; `undefined` if it would be too large.
 *
 * @param valueAt returns the value that an entry of a cell would have; `undefined` for a cell that isn't
 *   in the block
 */
export function storeBlock(
  n: number,
  rowIds: readonly LineId[],
  columnIds: readonly LineId[],
  valueAt: (row: LineId, column: LineId) => unknown,
): StoredBlock | undefined {
  if (rowIds.length * columnIds.length > LIMITS.cellsInBlock) return undefined
  const texts = columnIds.flatMap((column) =>
    rowIds.map((row) => JSON.stringify(bare(valueAt(row, column)) ?? null)),
  )
  const [rows, columns, values] = [storeLines(rowIds), storeLines(columnIds), storeValues(texts)]
  const characters = rows.length + columns.length + values.length
  return characters > LIMITS.blockCharacters ? undefined : { n, rows, columns, values }
}

/** Returns the value of a content that has nothing but a value; any other content as it is. */
function bare(value: unknown): unknown {
  if (!isFields(value) || value['v'] === undefined) return value
  return Object.keys(value).length === 1 ? value['v'] : value
}

/** Encodes values as a list or, if that is shorter, as the distinct values and the runs in which they come. */
function storeValues(texts: readonly string[]): string {
  const indexes = new Map<string, number>()
  const runs: number[] = []
  let last = -1
  for (const text of texts) {
    const index = indexes.get(text) ?? indexes.size
    indexes.set(text, index)
    if (index === last) runs[runs.length - 1]! += 1
    else runs.push(index, 1)
    last = index
  }
  const each = `[[${texts.join(',')}]]`
  const shared = `[[${[...indexes.keys()].join(',')}],[${runs.join(',')}]]`
  return shared.length < each.length ? shared : each
}

function readValues(text: string, count: number): readonly unknown[] | undefined {
  const parsed = parse(text)
  if (!Array.isArray(parsed)) return undefined
  const [list, runs] = parsed as readonly unknown[]
  if (!Array.isArray(list)) return undefined
  const values = runs === undefined ? list : inRuns(list, runs, count)
  return values?.length === count ? values : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A stranger may have written anything, so invalid text is ignored.
    return undefined
  }
}

function inRuns(
  list: readonly unknown[],
  runs: unknown,
  count: number,
): readonly unknown[] | undefined {
  if (!Array.isArray(runs)) return undefined
  const values: unknown[] = []
  for (let at = 0; at < runs.length; at += 2) {
    const [index, times] = [runs[at], runs[at + 1]] as readonly unknown[]
    if (!isCount(index, list.length - 1) || !isCount(times, count - values.length)) return undefined
    for (let n = 0; n < times; n++) values.push(list[index])
  }
  return values
}

const isCount = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most

/** Encodes lines as runs of consecutive ids. @example storeLines(['0', '1', 'k3-4']) // '0..1,k3-4' */
function storeLines(ids: readonly LineId[]): string {
  const runs: [first: LineId, last: LineId][] = []
  for (const id of ids) {
    const run = runs.at(-1)
    if (run !== undefined && id === nextLine(run[1])) run[1] = id
    else runs.push([id, id])
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}..${last}`)).join(',')
}

function nextLine(id: LineId): LineId {
  const [, name = '', digits = ''] = LINE.exec(id) ?? []
  return `${name}${Number(digits) + 1}`
}

function readRuns(text: string): readonly Run[] | undefined {
  const runs: Run[] = []
  for (const run of text.split(',')) {
    const [first = '', last = first, ...more] = run.split('..')
    if (!isLineId(first) || !isLineId(last) || more.length > 0) return undefined
    const [, name = '', from] = LINE.exec(first)!
    const [, other, to] = LINE.exec(last)!
    if (name !== other || Number(from) > Number(to)) return undefined
    runs.push({ name, first: Number(from), last: Number(to) })
  }
  return runs
}

const countOf = (runs: readonly Run[]): number =>
  runs.reduce((sum, { first, last }) => sum + last - first + 1, 0)

const idsOf = (runs: readonly Run[]): readonly LineId[] =>
  runs.flatMap(({ name, first, last }) =>
    Array.from({ length: last - first + 1 }, (_, at) => `${name}${first + at}`),
  )

const noValues = (count: number): readonly unknown[] => Array.from({ length: count }, () => null)

const indexesOf = (ids: readonly LineId[]): ReadonlyMap<LineId, number> =>
  new Map(ids.map((id, index) => [id, index]))
