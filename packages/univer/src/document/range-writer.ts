import { getState, type Doc } from 'yjs'
import type { LineId } from './axis.js'
import { storeBlock, type Block, type BlockPart, type StoredBlock } from './block.js'
import { isFields, isSame } from './cells.js'
import type { Draft } from './draft.js'
import { raiseFormat, BLOCKS_FORMAT } from './format.js'
import { LIMITS } from './limits.js'
import { makeName } from './order-key.js'
import { keyOf, type Entry, type SheetState } from './sheet-state.js'
import { partName, type Workbook } from './workbook.js'

/** The number of cells from which a step writes blocks. @see SHEET.md SD51 */
export const BLOCK_FROM = 100

/** A step's write to a cell. */
export interface CellPut {
  readonly entry: Entry
  /** The value of its entry in the document; `undefined` for no entry. */
  readonly value: unknown
  /** What of it is given back if nobody can see it; not of styles. */
  readonly text?: string
}

type Line = readonly CellPut[]

const NOTHING = {}

/**
 * Writes contents or styles of cells: few of them as entries, many as blocks.
 *
 * @see SHEET.md SD49, SD50, SD51
 */
export class RangeWriter {
  readonly #sheet: SheetState
  readonly #part: BlockPart
  readonly #name: string
  readonly #draft: Draft
  readonly #workbook: Workbook

  constructor(workbook: Workbook, sheet: SheetState, part: BlockPart, draft: Draft) {
    this.#workbook = workbook
    this.#sheet = sheet
    this.#part = part
    this.#name = partName(part, sheet.id)
    this.#draft = draft
  }

  write(puts: readonly CellPut[]): void {
    if (!this.#isMuch(puts)) {
      for (const put of puts) this.#putEntry(put)
      return
    }
    this.#deleteOverwritten(new Set(puts.map(({ entry }) => entry)))
    const fresh: CellPut[] = []
    for (const put of puts) {
      if (this.#isChange(put) && !this.#hasHistory(put.entry)) fresh.push(put)
      else this.#putEntry(put)
    }
    this.#putLines(linesOf(fresh))
  }

  /** Returns whether enough cells change to write blocks. */
  #isMuch(puts: readonly CellPut[]): boolean {
    let changes = 0
    for (const put of puts) {
      if (this.#isChange(put)) changes += 1
      if (changes >= this.#draft.blockFrom) return true
    }
    return false
  }

  readonly #isChange = ({ entry, value }: CellPut): boolean => {
    const stored = this.#sheet.storedOf(this.#part, entry)
    return !isSame(isNothing(stored) ? undefined : asEntry(stored), value)
  }

  /**
   * Returns whether a cell has or had an entry. Such a cell gets an entry again, because another
   * person's undo may restore an earlier one unless there is a later one.
   */
  #hasHistory(entry: Entry): boolean {
    return this.#workbook.part(this.#name)._map.has(keyOf(entry))
  }

  /** Deletes the blocks whose cells are all overwritten. */
  #deleteOverwritten(written: ReadonlySet<Entry>): void {
    const blocks = [...this.#sheet.counted].filter((block) => this.#isWithin(block, written))
    if (blocks.length === 0) return
    for (const { key } of blocks) this.#draft.put(this.#blocksName, key, undefined)
    this.#workbook.absorb(this.#draft.take())
  }

  #isWithin(block: Block, written: ReadonlySet<Entry>): boolean {
    let isAnything = false
    for (const [row, column] of block.part === this.#part ? block.cells() : []) {
      if (!written.has(this.#sheet.entryAt(row, column))) return false
      isAnything = true
    }
    return isAnything
  }

  #putLines(lines: readonly Line[]): void {
    const count = lines.reduce((sum, line) => sum + line.length, 0)
    const isMuch = count >= this.#draft.blockFrom
    if (isMuch && count <= LIMITS.cellsInBlock && this.#putBlock(lines.flat())) return
    if (isMuch && lines.length > 1) {
      const middle = lines.length >> 1
      this.#putLines(lines.slice(0, middle))
      this.#putLines(lines.slice(middle))
      return
    }
    for (const line of lines) for (const put of line) this.#putEntry(put)
  }

  /** @returns `false`, without a change, if the cells are too many or too far apart for one block */
  #putBlock(puts: readonly CellPut[]): boolean {
    const rows = [...new Set(puts.map(({ entry }) => entry.row))]
    const columns = this.#inOrder(new Set(puts.map(({ entry }) => entry.column)))
    const size = rows.length * columns.length
    if (size > LIMITS.cellsInBlock || size > puts.length * 2) return false
    if (size > this.#workbook.roomInBlocks - LIMITS.blockCells / 2) return false
    const values = new Map(puts.map(({ entry, value }) => [entry, value ?? NOTHING]))
    const valueAt = (row: LineId, column: LineId) => values.get(this.#sheet.entryAt(row, column))
    const block = storeBlock(this.#nextNumber(), rows, columns, valueAt)
    if (block === undefined || !Number.isSafeInteger(block.n)) return false
    this.#addBlock(block, puts)
    return true
  }

  #addBlock(block: StoredBlock, puts: readonly CellPut[]): void {
    let key: string
    do key = `${makeName(this.#draft.chance)}/${this.#part}`
    while (this.#sheet.blocks.has(key))
    raiseFormat(this.#workbook.doc, BLOCKS_FORMAT)
    this.#draft.put(this.#blocksName, key, block)
    for (const { entry, value, text } of puts) {
      if (text !== undefined) this.#draft.own.note(this.#sheet, keyOf(entry), value && key, text)
    }
    this.#workbook.absorb(this.#draft.take())
  }

  #putEntry({ entry, value, text }: CellPut): void {
    const key = keyOf(entry)
    const entries = this.#workbook.part(this.#name)
    if (!entries.has(key) && !this.#isChange({ entry, value })) this.#sheet.touched.add(entry)
    else {
      const isCovered = entry[this.#part].length > 0
      this.#draft.put(this.#name, key, value ?? (isCovered ? NOTHING : undefined))
    }
    if (text === undefined) return
    this.#draft.own.note(this.#sheet, key, value && entries.get(key), text)
  }

  #inOrder(columns: ReadonlySet<LineId>): LineId[] {
    const { axis } = this.#sheet.columns
    return [...columns].toSorted((a, b) => axis.indexOf(a) - axis.indexOf(b))
  }

  /** @see SHEET.md SD48 */
  #nextNumber(): number {
    let next = clocksIn(this.#workbook.doc)
    for (const { number } of this.#sheet.blocks.values()) next = Math.max(next, number + 1)
    return next
  }

  get #blocksName(): string {
    return partName('blocks', this.#sheet.id)
  }
}

/** Returns the sum of all clients' clocks in the local copy, which grows with every write. */
function clocksIn({ store }: Doc): number {
  let clocks = 0
  for (const client of store.clients.keys()) clocks += getState(store, client)
  return clocks
}

function linesOf(puts: readonly CellPut[]): Line[] {
  const lines = new Map<LineId, CellPut[]>()
  for (const put of puts) {
    const line = lines.get(put.entry.row)
    if (line === undefined) lines.set(put.entry.row, [put])
    else line.push(put)
  }
  return [...lines.values()]
}

/** Returns whether an entry makes a cell empty, even if blocks cover it. */
const isNothing = (stored: unknown): boolean => isFields(stored) && Object.keys(stored).length === 0

/** Returns the entry that a bare value stands for. */
const asEntry = (stored: unknown): unknown =>
  typeof stored === 'object' || stored === undefined ? stored : { v: stored }
