import * as Y from 'yjs'
import type { Random } from '../../../../../test/simulation/random.js'
import { textOf, type Block } from '../block.js'
import { PageDocument } from '../page-document.js'
import { makeUndo } from '../undo.js'
import { changeBlocks, moveBlock } from './edits.js'

/** Returns all characters of some blocks in order, including those in cells. */
function charactersOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      const cells = block.table?.cells.flat(2) ?? []
      return textOf(block) + charactersOf(cells)
    })
    .join('')
}

/** Returns the characters, tables and table lines in some blocks. */
export function partsOf(blocks: readonly Block[]): readonly string[] {
  const tables = blocks.flatMap(({ table }) =>
    table === undefined
      ? []
      : [
          `table ${table.id}`,
          ...table.rows.map((line) => `row ${line} of ${table.id}`),
          ...table.columns.map((line) => `column ${line} of ${table.id}`),
        ],
  )
  return [...charactersOf(blocks).split(''), ...tables]
}

// Each typed character is unique, so that a lost or doubled one can be told.
const FIRST_CHARACTER = 0x3400

/** What happened to the typed characters and to the lines of tables. */
export class Fates {
  readonly made = new Set<string>()
  /** Deleted by someone who saw them. */
  readonly deleted = new Set<string>()
  /** Moved: two people who move the same part at the same time put it in two places. */
  readonly moved = new Set<string>()
  #typed = 0

  readonly type = (): string => String.fromCharCode(FIRST_CHARACTER + this.#typed++)
}

/** A person with a copy of the page. */
export class Person {
  // A default guid is made of slow random bytes, and nothing here reads it.
  readonly doc = new Y.Doc({ guid: 'page' })
  readonly page: PageDocument
  readonly inbox: Uint8Array[] = []
  readonly #undo: Y.UndoManager
  readonly #fates: Fates
  readonly #own = new Set<string>()
  isOffline = false

  constructor(chance: Random, fates: Fates, clientId: number) {
    this.doc.clientID = clientId
    this.page = new PageDocument(this.doc, () => chance.next())
    this.#undo = makeUndo(this.page, 0)
    this.#fates = fates
    this.page.subscribe(() => this.page.mend())
  }

  get parts(): readonly string[] {
    return partsOf(this.page.blocks)
  }

  edit(chance: Random): void {
    const before = this.parts
    if (chance.below(25) > 0) {
      this.page.write(changeBlocks(this.page.blocks, chance, this.#fates.type))
    } else {
      const { blocks, among } = moveBlock(this.page.blocks, chance)
      this.page.write(blocks)
      for (const part of partsOf(among)) this.#fates.moved.add(part)
    }
    this.#note(before)
    for (const part of missing(this.parts, before)) {
      this.#own.add(part)
      this.#fates.made.add(part)
    }
  }

  /** Makes the page as it was, by edits of this person. */
  restore(blocks: readonly Block[]): void {
    const before = this.parts
    this.page.write(blocks)
    this.#note(before)
    for (const part of missing(this.parts, before)) this.#own.add(part)
  }

  /** @throws {Error} if it removes something that others made and this person didn't delete */
  undo(): void {
    const before = this.parts
    this.#undo.undo()
    // A line that someone else deleted goes away with the last of its text.
    const ofOthers = missing(before, this.parts).filter(
      (part) => !this.#own.has(part) && !part.includes(' of '),
    )
    if (ofOthers.length > 0) throw new Error(`undo took ${ofOthers.join()} of others`)
    this.#note(before)
  }

  redo(): void {
    const before = this.parts
    this.#undo.redo()
    this.#note(before)
  }

  #note(before: readonly string[]): void {
    for (const part of missing(before, this.parts)) this.#fates.deleted.add(part)
  }
}

function missing(before: readonly string[], after: readonly string[]): string[] {
  const left = new Set(after)
  return before.filter((part) => !left.has(part))
}

/** People at one page, with a network that drops, delays and reorders updates. */
export class Company {
  readonly people: readonly Person[]
  readonly fates = new Fates()
  readonly #chance: Random

  constructor(chance: Random, people = 5) {
    this.#chance = chance
    this.people = Array.from({ length: people }, (_, at) => new Person(chance, this.fates, at + 1))
    for (const person of this.people) this.#connect(person)
  }

  /** Makes one random thing happen to one person. */
  step(): void {
    const chance = this.#chance
    const person = chance.pick(this.people)
    const kind = chance.below(100)
    if (kind < 55) person.edit(chance)
    else if (kind < 61) person.undo()
    else if (kind < 65) person.redo()
    else if (kind < 90) this.#deliver(person)
    else if (kind < 94) person.isOffline = !person.isOffline
    else if (kind < 96) person.inbox.splice(chance.below(person.inbox.length + 1), 1)
    else exchange(person, chance.pick(this.people))
  }

  /** Delivers everything to everyone. */
  rest(): void {
    const [first, ...others] = this.people
    // The second round delivers what was mended after the first.
    for (let round = 0; round < 2; round++) {
      for (const other of others) send(other, first!)
      for (const other of others) send(first!, other)
    }
  }

  #connect(person: Person): void {
    person.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'network' || person.isOffline) return
      for (const other of this.people) if (other !== person) other.inbox.push(update)
    })
  }

  #deliver(person: Person): void {
    for (let n = this.#chance.below(5); n >= 0 && !person.isOffline; n--) {
      const at = this.#chance.below(person.inbox.length)
      const [update] = person.inbox.splice(at, 1)
      if (update !== undefined) Y.applyUpdate(person.doc, update, 'network')
    }
  }
}

function exchange(one: Person, other: Person): void {
  send(one, other)
  send(other, one)
}

/** Sends a person everything they lack. */
function send(from: Person, to: Person): void {
  Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)), 'network')
}
