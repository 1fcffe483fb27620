import { Map as YMap, type AbstractType, type Doc, type Text, type Transaction } from 'yjs'
import { compare, isKnownFormat, raiseFormat, type Chance } from '@whereabouts/univer/document'
import { writeMarks } from './attributes.js'
import {
  isAtom,
  isEmptyParagraph,
  sameBlock,
  sameBlocks,
  sameFields,
  type Block,
  type Marks,
} from './block.js'
import { findEdits, type CaretHint, type Edit } from './edits.js'
import { readFlow, type Entry, type Marker } from './flow.js'
import { endBlock, Orphanage, type Orphan } from './orphans.js'
import { OwnItems } from './own-items.js'
import { PAGE_FORMAT } from './page-format.js'
import { isFlow, parseRelative, rootName, TEXT, toPlace, toRelative, type Place } from './places.js'
import { TablePlan } from './table-plan.js'
import { MAX_CELLS, TABLES, Tables, type Write } from './tables.js'

/** The caret before and after an edit, and the text that it is in. */
export interface WriteHint extends CaretHint {
  readonly flow: string
}

/**
 * A page as blocks over its document. A new state is written as the fewest edits, so that what
 * others do at the same time stays.
 *
 * @example page.write([...page.blocks, paragraph('More')])
 * @see PAGE.md PF1
 */
export class PageDocument {
  readonly doc: Doc
  /** The origin of this page's own edits, which undo tracks. */
  readonly origin = {}
  /** Tells what was written here, under any client id. */
  readonly own: OwnItems
  readonly #orphanage: Orphanage
  readonly #tables: Tables
  readonly #listeners = new Set<() => void>()
  #entries: readonly Entry[]
  #blocks: readonly Block[]
  /**
   * Tables whose markers were just written: their places are recorded for when the markers are
   * deleted.
   */
  readonly #placed: string[] = []
  /** Text typed here into blocks that others deleted, with the name of its flow. */
  readonly #orphans: { readonly flow: string; readonly orphan: Orphan }[] = []
  /** Blocks that are reused as the same objects where they are equal. */
  #known: readonly Block[] = []
  /** The names of the roots that changed since they were read. */
  #unread = new Set<string>()
  #wasKnown: boolean
  #isWriting = false
  #isStale = false

  constructor(doc: Doc, chance: Chance = Math.random) {
    this.doc = doc
    this.#tables = new Tables(doc, chance)
    this.own = new OwnItems(doc)
    this.#orphanage = new Orphanage(this.own)
    this.#wasKnown = this.isKnown
    // A root must be created before updates arrive, since Yjs reports no changes of unknown roots.
    this.#entries = readFlow(doc.getText(TEXT))
    this.#blocks = this.#compose()
    this.#known = this.#blocks
    doc.on('afterTransaction', this.#take)
  }

  /**
   * Whether the page is in a version that can be read and written. Otherwise nothing is written,
   * and `blocks` stays as it was.
   *
   * @see PAGE.md PF12
   */
  get isKnown(): boolean {
    return isKnownFormat(this.doc, PAGE_FORMAT)
  }

  /** The blocks of the page. Unchanged blocks are the same objects. */
  get blocks(): readonly Block[] {
    return this.#blocks
  }

  /** Returns the blocks of a text, with their lengths and markers. */
  entriesOf(flow: string): readonly Entry[] {
    return flow === TEXT ? this.#entries : this.#tables.entriesOf(flow)
  }

  /** Returns the last place of a table, if it is known. */
  placeOf(table: string): Place | undefined {
    const relative = parseRelative(this.#tables.map.get(`${table}/place`))
    const place = relative === undefined ? undefined : toPlace(this.doc, relative)
    return place?.flow === TEXT ? place : undefined
  }

  textOf(flow: string): Text {
    return this.doc.getText(flow)
  }

  /**
   * Calls back when the page, or `isKnown`, has changed by anything but `write`; returns a function
   * that stops it.
   */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Changes the page to these blocks. */
  write(blocks: readonly Block[], hint?: WriteHint): void {
    const wanted = withoutVirtual(this.#entries, blocks)
    if (!this.isKnown || sameBlocks(this.#blocks, wanted)) return
    this.#isWriting = true
    try {
      const plan = new TablePlan(this.#tables, this.#entries, this.#blocks)
      const after = plan.prepare(wanted)
      this.#known = after
      this.#isStale = true
      this.doc.transact(() => this.#writeStructure(plan.structure), STRUCTURE)
      this.doc.transact(() => this.#writePlan(plan, after, hint), this.origin)
      this.doc.transact(() => this.#writePlaces(), STRUCTURE)
      // During an event of the document, its next events are delayed, so the page is read here.
      if (this.#isStale) this.#read(this.doc.share.keys())
    } finally {
      this.#isWriting = false
    }
  }

  /**
   * Restores tables that someone deleted while others wrote in them, and deletes duplicate markers
   * of a table. Everyone who can edit does this, with the same result.
   *
   * @see PAGE.md PF9
   */
  mend(): void {
    if (!this.isKnown) return
    this.doc.transact((transaction) => this.#adopt(transaction), MENDING)
    this.doc.transact(() => {
      if (this.#hasBrokenTables()) this.#mendTables(this.doc.getText(TEXT))
      this.#writePlaces()
    }, MENDING)
    // During an event of the document, its next events are delayed, so the page is read here.
    if (this.#isStale) this.#read(this.doc.share.keys())
  }

  #hasBrokenTables(): boolean {
    const tables = this.#entries.flatMap(({ table }) => table ?? [])
    const seen = new Set(tables)
    return seen.size < tables.length || this.#tables.filled().some((table) => !seen.has(table))
  }

  /** Reads the text itself, since the entries may be older than this transaction. */
  #mendTables(text: Text): void {
    const seen = new Set<string>()
    let at = 0
    for (const { table, length } of readFlow(text)) {
      if (table !== null && seen.has(table)) this.#deleteTwin(text, at, length)
      else at += length
      if (table !== null) seen.add(table)
    }
    for (const table of this.#tables.filled().toSorted(compare)) {
      if (!seen.has(table)) this.#putBack(text, table)
    }
  }

  #deleteTwin(text: Text, at: number, length: number): void {
    text.delete(at, length)
    this.#isStale = true
  }

  destroy(): void {
    this.doc.off('afterTransaction', this.#take)
    this.own.destroy()
  }

  /** Gives text whose block was deleted its own marker. */
  #adopt(transaction: Transaction): void {
    for (const { flow, orphan } of this.#orphans.splice(0)) {
      endBlock(this.doc.getText(flow), orphan.item, fieldsOf(orphan.block), transaction)
      this.#isStale = true
    }
  }

  #putBack(text: Text, table: string): void {
    if (this.#tables.map.get(`${table}/rows`) === undefined) return
    const at = this.placeOf(table)?.index ?? text.length
    this.#insertMarker(text, boundaryFrom(readFlow(text), at), { type: 'table', table })
  }

  #compose(): readonly Block[] {
    const seen = new Set<string>()
    let left = MAX_CELLS
    const composed = this.#entries.map(({ block, table }): Block => {
      if (table === null) return block
      const content = seen.has(table) ? undefined : this.#tables.read(table)
      seen.add(table)
      left -= content === undefined ? 0 : content.rows.length * content.columns.length
      if (content === undefined || left < 0) return { type: 'unknown', attributes: {}, content: [] }
      return { ...block, table: content }
    })
    return reuse(composed, this.#known)
  }

  readonly #take = (transaction: Transaction): void => {
    const { changed, local } = transaction
    for (const type of changed.keys()) {
      this.#unread.add(rootName(type as AbstractType<unknown>) ?? '')
    }
    const { isKnown } = this
    const isOther = isKnown !== this.#wasKnown
    this.#wasKnown = isKnown
    const names = isKnown ? this.#takeUnread() : []
    for (const flow of local ? [] : names.filter(isFlow)) {
      const found = this.#orphanage.find(this.entriesOf(flow), transaction)
      for (const orphan of found) this.#orphans.push({ flow, orphan })
    }
    if (names.length > 0) this.#read(names)
    if ((names.length === 0 && !isOther) || this.#isWriting) return
    for (const listener of this.#listeners) listener()
  }

  #takeUnread(): readonly string[] {
    const names = [...this.#unread].filter(isOfPage)
    this.#unread = new Set()
    return names
  }

  #read(names: Iterable<string>): void {
    for (const name of names) {
      this.#tables.take(name)
      if (name === TEXT) this.#entries = readFlow(this.doc.getText(TEXT))
    }
    this.#blocks = this.#compose()
    this.#known = this.#blocks
    this.#isStale = false
  }

  #writePlan(plan: TablePlan, after: readonly Block[], hint: WriteHint | undefined): void {
    this.#writeMap(plan.writes)
    for (const name of plan.emptied) {
      const text = this.doc.getText(name)
      text.delete(0, text.length)
    }
    this.#writeFlow(TEXT, this.#shown(), after, hint)
    for (const { name, blocks } of plan.cells) {
      const entries = this.#tables.entriesOf(name)
      if (entries.length > 0 || blocks.length > 0)
        this.#writeFlow(name, entries, withoutVirtual(entries, blocks), hint)
    }
  }

  /** Returns the entries with their blocks as shown, including tables. */
  #shown(): readonly Entry[] {
    return this.#entries.map((entry, at) => ({ ...entry, block: this.#blocks[at]! }))
  }

  #writeFlow(
    name: string,
    entries: readonly Entry[],
    blocks: readonly Block[],
    hint: WriteHint | undefined,
  ): void {
    const text = this.doc.getText(name)
    const markers = new MarkerIndex(entries)
    const isSame = name === TEXT ? sameOutside : sameBlock
    const edits = findEdits(entries, blocks, isSame, hint?.flow === name ? hint : undefined)
    for (const edit of edits) this.#writeEdit(text, edit, markers)
  }

  #writeEdit(text: Text, edit: Edit, markers: MarkerIndex): void {
    if (edit.type === 'insert') {
      text.insert(edit.at, edit.text, writeMarks(edit.marks))
      markers.move(edit.text.length)
    } else if (edit.type === 'delete') {
      text.delete(edit.at, edit.length)
      markers.move(-edit.length)
    } else if (edit.type === 'mark') {
      const change = changeOfMarks(edit.before, edit.after)
      if (Object.keys(change).length > 0) text.format(edit.at, edit.length, change)
    } else if (edit.type === 'insert-marker') {
      this.#insertMarker(text, edit.at, fieldsOf(edit.block))
      markers.move(1)
    } else this.#setMarker(markers.at(edit.at), edit.before, edit.after)
  }

  #insertMarker(text: Text, at: number, fields: { readonly [name: string]: unknown }): void {
    text.insertEmbed(at, new YMap(Object.entries(fields)), {})
    this.#isStale = true
    if (typeof fields['table'] === 'string') this.#placed.push(fields['table'])
  }

  #writeStructure(writes: readonly Write[]): void {
    raiseFormat(this.doc, PAGE_FORMAT)
    this.#writeMap(writes)
  }

  #writePlaces(): void {
    const placed = new Set(this.#placed.splice(0))
    let index = 0
    for (const { table, length } of placed.size > 0 ? readFlow(this.doc.getText(TEXT)) : []) {
      index += length
      if (table === null || !placed.delete(table)) continue
      const place = toRelative(this.doc, { flow: TEXT, index: index - 1 }, 'after')
      this.#tables.map.set(`${table}/place`, place)
    }
  }

  #setMarker(marker: Marker, before: Block, after: Block): void {
    const [old, now] = [fieldsOf(before), fieldsOf(after)]
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if (old[name] === now[name]) continue
      if (now[name] === undefined) marker.delete(name)
      else marker.set(name, now[name])
    }
  }

  #writeMap(writes: readonly Write[]): void {
    for (const [key, value] of writes) {
      if (value === undefined) this.#tables.map.delete(key)
      else this.#tables.map.set(key, value)
    }
  }
}

/** The origin of edits that undo doesn't revert: the existence of a table, a row or a column. */
const STRUCTURE = {}
const MENDING = {}

/** Finds markers while a text is edited from its beginning to its end. */
class MarkerIndex {
  readonly #markers: { readonly marker: Marker; readonly at: number }[] = []
  #shift = 0

  constructor(entries: readonly Entry[]) {
    let at = 0
    for (const { marker, length } of entries) {
      at += length
      if (marker !== null) this.#markers.push({ marker, at: at - 1 })
    }
  }

  move(by: number): void {
    this.#shift += by
  }

  at(at: number): Marker {
    const found = this.#markers.find((each) => each.at === at - this.#shift)
    if (found === undefined) throw new RangeError(`no marker at ${at}`)
    return found.marker
  }
}

const isOfPage = (name: string): boolean => isFlow(name) || name === TABLES

/** Returns whether two blocks are equal apart from the cells of their tables. */
const sameOutside = (one: Block, other: Block): boolean =>
  one.table?.id === other.table?.id &&
  (one.table === undefined || sameFields(one.attributes, other.attributes)) &&
  (one.table !== undefined || sameBlock(one, other))

/**
 * Returns the blocks without the last, empty paragraph if it is only shown as a place to write and
 * nobody has written it.
 */
function withoutVirtual(entries: readonly Entry[], blocks: readonly Block[]): readonly Block[] {
  const last = blocks.at(-1)
  const before = blocks.at(-2)
  const isVirtual =
    last !== undefined && isEmptyParagraph(last) && (before === undefined || isAtom(before))
  const lastEntry = entries.at(-1)
  const isWritten = lastEntry !== undefined && !isAtom(lastEntry.block)
  return isVirtual && !isWritten ? blocks.slice(0, -1) : blocks
}

/** Returns the blocks, with known objects in the place of equal ones. */
function reuse(blocks: readonly Block[], known: readonly Block[]): readonly Block[] {
  // Later blocks have moved by the number that were added or removed.
  const shift = known.length - blocks.length
  return blocks.map((block, at) => {
    const same = [known[at], known[at + shift]].find(
      (other) => other !== undefined && sameBlock(other, block),
    )
    return same ?? block
  })
}

/** Returns the first end of a block at or after a place. */
function boundaryFrom(entries: readonly Entry[], index: number): number {
  let at = 0
  for (const { length } of entries) {
    if (at >= index) break
    at += length
  }
  return at
}

function fieldsOf({ type, attributes, table }: Block): { readonly [name: string]: unknown } {
  return {
    ...(type === 'paragraph' ? {} : { type }),
    ...attributes,
    ...(table === undefined ? {} : { table: table.id }),
  }
}

function changeOfMarks(before: Marks, after: Marks): object {
  const [old, now] = [before, after].map((marks) => new Map(Object.entries(writeMarks(marks))))
  const names = new Set([...old!.keys(), ...now!.keys()])
  const isChanged = (name: string) =>
    JSON.stringify(old!.get(name)) !== JSON.stringify(now!.get(name))
  return Object.fromEntries(
    [...names].filter(isChanged).map((name) => [name, now!.get(name) ?? null]),
  )
}
