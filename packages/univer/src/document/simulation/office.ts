import * as Y from 'yjs'
import { readImages } from '../images.js'
import { SheetDocument, type Operation } from '../index.js'
import type { Random } from '../../../../../test/simulation/random.js'
import type { Chance } from '../order-key.js'
import { Grid } from './grid.js'
import { randomSteps } from './steps.js'

/** A cell that formulas point at: its unique text and its key. */
export interface Mark {
  readonly text: string
  readonly sheet: string
  readonly key: string
}

/** From how many cells on a step is written in parts; the workbook has so few. */
const PART_CELLS = 4

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

const LINE_STEPS: ReadonlySet<string> = new Set(['insert-lines', 'remove-lines', 'move-lines'])

/** A person with a copy of the document and a grid that only ever hears of changes. */
export class Person {
  readonly doc = new Y.Doc()
  readonly sheets: SheetDocument
  readonly grid: Grid
  readonly inbox: Uint8Array[] = []
  isOffline = false

  constructor(beginning: Uint8Array, chance: Chance, clientId: number, blockFrom: number) {
    this.doc.clientID = clientId
    Y.applyUpdate(this.doc, beginning)
    this.sheets = new SheetDocument(this.doc, chance, blockFrom, PART_CELLS)
    this.grid = new Grid(this.sheets.snapshot(), this.sheets.names)
  }

  /** Performs steps in the grid, as its user would, and then what follows from them. */
  do(...steps: readonly Operation[]): void {
    this.doInParts(steps, () => {})
  }

  /** Does the same; others' updates may arrive in each pause. */
  doInParts(steps: readonly Operation[], pause: () => void): void {
    this.grid.apply(steps)
    const work = this.sheets.applying(steps)
    let result = work.next()
    for (; result.done !== true; result = work.next()) pause()
    const followUps = result.value
    // A moved line is where it was put, and the document must not correct that.
    const corrected = followUps.find(({ type }) => LINE_STEPS.has(type))
    if (corrected !== undefined) throw new Error(`corrected: ${JSON.stringify(corrected)}`)
    this.grid.apply(followUps)
  }

  take(): Operation[] {
    const steps = this.sheets.takeChanges()
    this.grid.apply(steps)
    return steps
  }
}

/** People with one document, and a network that drops, delays and reorders updates. */
export class Office {
  readonly people: readonly Person[]
  readonly marks: Mark[] = []
  readonly #chance: Random
  #count = 0

  /** @param blockFrom from how many cells on they write blocks. */
  constructor(chance: Random, people = 5, blockFrom = 3) {
    this.#chance = chance
    const beginning = smallWorkbook()
    this.people = Array.from(
      { length: people },
      (_, at) => new Person(beginning, () => chance.next(), at + 1, blockFrom),
    )
    for (const person of this.people) this.#connect(person)
  }

  /** Makes one random thing happen to one person. */
  step(): void {
    const chance = this.#chance
    const person = chance.pick(this.people)
    const kind = chance.below(100)
    if (kind < 4) this.#changeImage(person)
    else if (kind < 40) {
      const steps = randomSteps(person.grid, chance, this.#unique)
      person.doInParts(steps, () => this.#deliver(person))
    } else if (kind < 50) this.#pointAt(person)
    else if (kind < 58) person.sheets.undo()
    else if (kind < 65) person.sheets.redo()
    else if (kind < 80) this.#deliver(person)
    else if (kind < 90) person.take()
    else if (kind < 94) person.isOffline = !person.isOffline
    else if (kind < 97) person.inbox.splice(chance.below(person.inbox.length + 1), 1)
    else exchange(person, chance.pick(this.people))
  }

  /** Delivers everything to everyone, and shows it. */
  rest(): void {
    const [first, ...others] = this.people
    for (const other of others) exchange(other, first!)
    for (const other of others) exchange(first!, other)
    for (const person of this.people) person.take()
  }

  readonly #unique = (): string => `sheet-${++this.#count}-x`

  #connect(person: Person): void {
    person.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'network' || person.isOffline) return
      for (const other of this.people) if (other !== person) other.inbox.push(update)
    })
  }

  #deliver(person: Person): void {
    for (let n = this.#chance.below(4); n >= 0 && !person.isOffline; n--) {
      const at = this.#chance.below(person.inbox.length)
      const [update] = person.inbox.splice(at, 1)
      if (update !== undefined) Y.applyUpdate(person.doc, update, 'network')
    }
  }

  /** Adds an image, changes one in a way or other, or removes it. */
  #changeImage(person: Person): void {
    const chance = this.#chance
    const { id: sheet, rows, columns } = chance.pick(person.grid.sheets)
    const [row, column] = [chance.below(rows.length), chance.below(columns.length)]
    const cell = person.sheets.cellKeyAt(sheet, row, column)
    const place = chance.pick([
      { cell, x: row, y: 3 },
      { cell, within: true },
    ])
    const size = { width: 1 + chance.below(90), height: 10 }
    const known = readImages(person.doc).get(sheet) ?? []
    const id = known.length === 0 ? this.#unique() : chance.pick(known).id
    const made = { source: PIXEL, place, size, at: chance.pick(['i', 'ii', 'u']), alt: `${row}` }
    const gone = { source: null, place: null, size: null, at: null, alt: null }
    const parts = [made, { place }, { place }, { size }, { at: made.at }, { alt: made.alt }, gone]
    const part = known.length === 0 ? made : chance.pick<object>(parts)
    const entries = Object.entries(part).map(([name, value]) => [`${id}/${name}`, value as unknown])
    person.do({ type: 'set-images', sheet, entries: Object.fromEntries(entries) })
  }

  /** Writes a unique text into a cell, and a formula that points at it into another. */
  #pointAt(person: Person): void {
    const chance = this.#chance
    const from = chance.pick(person.grid.sheets)
    const to = chance.pick(person.grid.sheets)
    const here = [chance.below(from.rows.length), chance.below(from.columns.length)] as const
    const there = [chance.below(to.rows.length), chance.below(to.columns.length)] as const
    const content = to.cells[there[0]]![there[1]]!
    const before = from.cells[here[0]]![here[1]]!
    if (String(before.v ?? before.f).includes('mark')) return
    if (from === to && here.join() === there.join()) return
    const known = String(content.v).startsWith('mark') ? String(content.v) : undefined
    if (known === undefined && String(content.f).includes('mark')) return
    const text = known ?? `mark${++this.#count}`
    if (known === undefined) person.do(write(to.id, there, { v: text, t: 1, f: null }))
    const key = person.sheets.cellKeyAt(to.id, ...there)
    if (known === undefined) this.marks.push({ text, sheet: to.id, key: key ?? '' })
    const letter = String.fromCharCode(65 + there[1])
    const dollar = () => chance.pick(['', '$'])
    const prefix = from === to ? '' : `'${to.name.replaceAll("'", "''")}'!`
    const a1 = `${prefix}${dollar()}${letter}${dollar()}${there[0] + 1}`
    person.do(write(from.id, here, { f: `=${a1}&"${text}"`, v: null }))
  }
}

const write = (
  sheet: string,
  [row, column]: readonly [number, number],
  cell: { v: string | null; t?: number; f: string | null },
): Operation => ({ type: 'set-range-values', sheet, cellValue: { [row]: { [column]: cell } } })

/** Gives each what only the other has. */
export function exchange(one: Person, other: Person): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    const missing = Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc))
    Y.applyUpdate(to.doc, missing, 'network')
  }
}

/** Has two people show what the other one has done. */
export function meet(one: Person, other: Person): void {
  exchange(one, other)
  one.take()
  other.take()
}

/** Returns a workbook so small that people get in each other's way. */
export function smallWorkbook(): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = 100
  for (const sheet of ['sheet-1', 'sheet-2', 'sheet-3']) {
    doc.getMap('sheets').set(`${sheet}/rows`, 6)
    doc.getMap('sheets').set(`${sheet}/columns`, 4)
  }
  return Y.encodeStateAsUpdate(doc)
}
