import type * as Y from 'yjs'
import { complete, type Work } from '../slices.js'
import { compare, type AxisName } from './axis.js'
import type { Block } from './block.js'
import { LIMITS } from './limits.js'
import { NameList } from './name-list.js'
import type { Lines, Sheets } from './references.js'
import { SheetList } from './sheet-list.js'
import { SheetState } from './sheet-state.js'

/** The parts of the document that each sheet has. @see SHEET.md SD1 */
export type Part =
  | 'cells'
  | 'styles'
  | 'rows'
  | 'columns'
  | 'merges'
  | 'blocks'
  | 'filters'
  | 'rules'
  | 'validations'
  | 'notes'
  | 'links'

/** The keys of the written entries, by the name of the part. */
export type Written = ReadonlyMap<string, ReadonlySet<string>>

/** The part of the document with the list of sheets. */
export const SHEETS = 'sheets'

/** The part of the document with the names. */
export const NAMES = 'names'

const PARTS: readonly Part[] = [
  'rows',
  'columns',
  'cells',
  'styles',
  'merges',
  'blocks',
  'filters',
  'rules',
  'validations',
  'notes',
  'links',
]

/** What is read in about a millisecond. */
const ENTRIES_AT_ONCE = 500

/** What the names of the parts with blocks begin with. */
const BLOCKS = 'blocks:'

/** @example partName('cells', 'sheet-1') // 'cells:sheet-1' */
export const partName = (part: Part | 'charts' | 'images', sheet: string): string =>
  `${part}:${sheet}`

/** The document as it was read, and what the grid shows of it. */
export class Workbook implements Sheets {
  readonly doc: Y.Doc
  readonly list = new SheetList()
  readonly names = new NameList()
  /** The sheets that the grid shows, in its order. */
  readonly shown: SheetState[] = []
  /** The sheets whose names, rows or columns have moved or changed, and `NAMES_CHANGED`. */
  readonly changed = new Set<string>()
  /** The sheets that were read ahead. */
  readonly #read = new Map<string, SheetState>()
  /** Whether there are cells in blocks that don't count because there are too many. */
  hasTooManyBlocks = false
  /** How often the grid was told what cells have beside their contents. */
  attachedVersion = 0

  constructor(doc: Y.Doc) {
    this.doc = doc
    for (const [entry, value] of this.part(SHEETS)) this.list.read(entry, value)
    for (const [entry, value] of this.part(NAMES)) this.names.read(entry, value)
  }

  part(name: string): Y.Map<unknown> {
    return this.doc.getMap(name)
  }

  sheetWithId(id: string): SheetState | undefined {
    return this.shown.find((sheet) => sheet.id === id)
  }

  sheetNamed(name: string): Lines | undefined {
    return this.shown.find((sheet) => sheet.name.toLowerCase() === name.toLowerCase())
  }

  nameCalled(text: string, sheet: string | undefined): string | undefined {
    return this.names.idOf(text, sheet)
  }

  nameWithId(id: string): string | undefined {
    return this.names.textOf(id)
  }

  /** Reads a sheet from the document, unless that is done; nothing of it counts as shown. */
  open(id: string): SheetState {
    const sheet = this.#read.get(id) ?? complete(this.#reading(id))
    this.#read.delete(id)
    return sheet
  }

  /** Reads all sheets ahead, with pauses. */
  *readingAhead(): Work {
    for (const id of this.list.ids) this.#read.set(id, yield* this.#reading(id))
  }

  *#reading(id: string): Work<SheetState> {
    const sheet = new SheetState(id, this.list.sizeOf(id))
    let entries = 0
    for (const part of PARTS) {
      for (const [key, value] of this.part(partName(part, id))) {
        read(sheet, part, key, value)
        if (++entries % ENTRIES_AT_ONCE === 0) yield
      }
    }
    return sheet
  }

  /** Takes in written entries, from here or elsewhere; nothing of them counts as shown yet. */
  absorb(written: Written): void {
    for (const [name, keys] of written) {
      if (name === SHEETS) this.#absorbSheets(keys)
      else if (name === NAMES)
        for (const key of keys) this.names.read(key, this.part(NAMES).get(key))
      else this.#absorbPart(name, keys)
    }
    const isAboutBlocks = [...written.keys()].some((name) => name.startsWith(BLOCKS))
    if (isAboutBlocks) this.countBlocks()
  }

  /** How many more cells there can be in blocks. */
  get roomInBlocks(): number {
    let room: number = LIMITS.blockCells
    for (const { blocks } of this.shown) {
      for (const block of blocks.values()) room -= costOf(block)
    }
    return room
  }

  /** Does the same as `countingBlocks`, without a pause. */
  countBlocks(): void {
    complete(this.countingBlocks())
  }

  /** Has the blocks of all sheets count, as many as there may be. @see SHEET.md SD52 */
  *countingBlocks(): Work {
    this.hasTooManyBlocks = this.roomInBlocks < 0
    let room: number = LIMITS.blockCells
    const isCounted = (block: Block): boolean => {
      const isWithin = costOf(block) <= room
      if (isWithin) room -= costOf(block)
      return isWithin
    }
    const isCut = this.hasTooManyBlocks
    for (const sheet of isCut ? this.shown.toSorted(byId) : this.shown) {
      const blocks = [...sheet.blocks.values()]
      yield* sheet.counting(isCut ? blocks.toSorted(byKey).filter(isCounted) : blocks)
    }
  }

  #absorbSheets(keys: ReadonlySet<string>): void {
    const entries = this.part(SHEETS)
    for (const key of keys) {
      const sheet = this.sheetWithId(this.list.read(key, entries.get(key)) ?? '')
      if (sheet === undefined) continue
      const size = this.list.sizeOf(sheet.id)
      const names: readonly AxisName[] = ['rows', 'columns']
      for (const name of names) {
        if (sheet[name].axis.begin(size[name])) sheet[name].isReordered = true
      }
    }
  }

  #absorbPart(name: string, keys: ReadonlySet<string>): void {
    const colon = name.indexOf(':')
    const part = PARTS.find((known) => known === name.slice(0, colon))
    const sheet = this.sheetWithId(name.slice(colon + 1))
    if (part === undefined || sheet === undefined) return
    const entries = this.part(name)
    for (const key of keys) read(sheet, part, key, entries.get(key))
  }
}

function read(sheet: SheetState, part: Part, key: string, value: unknown): void {
  if (part === 'cells' || part === 'styles') sheet.readEntry(part, key, value)
  else if (part === 'blocks') sheet.readBlock(key, value)
  else if (part === 'merges') sheet.readMerge(key, value)
  else if (part === 'filters') sheet.readFilter(key, value)
  else if (part === 'rules' || part === 'validations') sheet[part].read(key, value)
  else if (part === 'notes' || part === 'links') sheet.readAttached(part, key, value)
  else sheet.readLine(part, key, value)
}

const costOf = ({ size }: Block): number => Math.max(size, LIMITS.leastBlockCells)

const byKey = (a: Block, b: Block): number => compare(a.key, b.key)

const byId = (a: SheetState, b: SheetState): number => compare(a.id, b.id)
