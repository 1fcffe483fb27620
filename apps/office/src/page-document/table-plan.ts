import type { Block, Table } from './block.js'
import type { Entry } from './flow.js'
import { cellName, type Tables, type Write } from './tables.js'

/** The writes for tables, beside those in the text of the page. */
export class TablePlan {
  readonly structure: Write[] = []
  readonly writes: Write[] = []
  readonly emptied: string[] = []
  readonly cells: { readonly name: string; readonly blocks: readonly Block[] }[] = []
  readonly #tables: Tables
  readonly #before = new Map<string, Table>()

  constructor(tables: Tables, entries: readonly Entry[], blocks: readonly Block[]) {
    this.#tables = tables
    for (const [at, { table }] of entries.entries()) {
      const shown = blocks[at]?.table
      if (table !== null && shown !== undefined) this.#before.set(table, shown)
    }
  }

  /** Returns the blocks with an id for each new table, row and column. */
  prepare(blocks: readonly Block[]): readonly Block[] {
    const left = new Map(this.#before)
    const prepared = blocks.map((block) => {
      if (block.table === undefined) return block
      const before = left.get(block.table.id ?? '')
      left.delete(block.table.id ?? '')
      if (before === block.table) return block
      return {
        ...block,
        table: before ? this.#change(before, block.table) : this.#make(block.table),
      }
    })
    for (const id of left.keys()) append(this.emptied, this.#tables.cellsOf(id))
    return prepared
  }

  #make(table: Table): Table {
    const { table: made, writes } = this.#tables.create(table)
    append(this.structure, writes)
    this.#writeLooks({}, made)
    this.#fill(made)
    return made
  }

  #change(before: Table, after: Table): Table {
    const id = before.id!
    const lines = (['rows', 'columns'] as const).map((name) => {
      const change = this.#tables.changeLines(id, name, before[name] as string[], after[name])
      append(this.structure, change.runs)
      append(this.writes, change.writes)
      for (const line of change.removed) {
        const within = name === 'rows' ? { row: line } : { column: line }
        append(this.emptied, this.#tables.cellsOf(id, within))
      }
      return change.ids
    })
    const changed = { ...after, id, rows: lines[0]!, columns: lines[1]! }
    this.#writeLooks(before, { ...after, id })
    this.#fill(changed)
    return changed
  }

  #writeLooks(before: Pick<Table, 'sizes' | 'fills'>, { id, sizes, fills }: Table): void {
    this.#write(before.sizes, sizes, (column) => `${id}/columns/${column}/size`)
    this.#write(before.fills, fills, (cell) => `${id}/fill/${cell}`)
  }

  /** Writes the values that have changed. */
  #write(
    before: { readonly [name: string]: unknown } = {},
    after: { readonly [name: string]: unknown } = {},
    keyOf: (name: string) => string,
  ): void {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (before[name] !== after[name]) this.writes.push([keyOf(name), after[name]])
    }
  }

  #fill({ id, rows, columns, cells }: Table): void {
    for (const [at, row] of rows.entries()) {
      for (const [index, column] of columns.entries()) {
        const name = cellName(id!, row!, column!)
        this.cells.push({ name, blocks: (cells[at]?.[index] ?? []).filter(isInCell) })
      }
    }
  }
}

const isInCell = ({ type }: Block): boolean => type !== 'table'

/** A table has more than a call may have arguments. */
function append<T>(list: T[], more: Iterable<T>): void {
  for (const each of more) list.push(each)
}
