import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { seedsOf, size } from '../../../../../test/size.js'
import { Random } from '../../../../../test/simulation/random.js'
import { SheetDocument } from '../index.js'
import type { Restored } from '../restore.js'
import { Grid } from './grid.js'
import { Office, type Person } from './office.js'

// RESTORE_SEED=17 runs that seed alone.
const SEEDS = seedsOf('RESTORE_SEED', size(100, 1_000))

describe('a version of a workbook', () => {
  it('[SD55 HY16] is restored beside four people who go on, and loses nothing that they write after it', () => {
    for (const seed of SEEDS) run(seed)
    expect(SEEDS).not.toHaveLength(0)
  }, 120_000)

  it('[SD55 HY16] is restored as one step of undo, beside a text that the document has as well', () => {
    const { people } = new Office(new Random(1))
    const person = people[0]!
    person.doc.getText('text')
    const version = copyOf(person.doc)
    person.do({ type: 'rename-sheet', sheet: 'sheet-1', name: 'Plan' })
    expect(person.sheets.restore(version)).toBe('restored')
    person.take()
    expect(person.grid.sheet('sheet-1').name).not.toBe('Plan')
    person.sheets.undo()
    person.take()
    expect(person.grid.sheet('sheet-1').name).toBe('Plan')
  })

  it('[SD55 HY17] isn’t restored in a format that isn’t known, and nothing changes', () => {
    const chance = new Random(1)
    const { people } = new Office(chance)
    const person = people[0]!
    const before = JSON.stringify(person.grid)
    const newer = copyOf(person.doc)
    newer.getMap('about').set('format', 99)
    newer.getMap('cells:sheet-1').set('0:0', 'newer')
    expect(person.sheets.restore(newer)).toBe('refused')
    person.take()
    expect(JSON.stringify(person.grid)).toBe(before)
  })
})

function run(seed: number): void {
  try {
    const chance = new Random(seed)
    const office = new Office(chance)
    const person = chance.pick(office.people)
    steps(office, chance.below(30))
    person.take()
    const version = copyOf(person.doc)
    const wanted = gridOf(copyOf(version))
    steps(office, 30)
    person.take()
    restore(person, version, wanted)
    // The others go on without having heard of it.
    steps(office, 20)
    office.rest()
    const written = office.people.flatMap((each, at) => write(each, at, `after ${at}`))
    office.rest()
    for (const { sheets, grid } of office.people) {
      expect(grid).toEqual(gridOf(office.people[0]!.doc))
      for (const { sheet, key, text } of written) {
        const at = sheets.positionOf(sheet, key)!
        expect(grid.sheet(sheet).cells[at.row]![at.column]!.v).toBe(text)
      }
    }
  } catch (error) {
    throw new Error(`seed ${seed} (run it alone with RESTORE_SEED=${seed})`, { cause: error })
  }
}

function steps(office: Office, count: number): void {
  for (let at = 0; at < count; at++) office.step()
}

/** Restores a version, undoes that, and restores it again. */
function restore(person: Person, version: Y.Doc, wanted: Grid): void {
  const before = entriesOf(person.doc)
  const steps = person.sheets.steps
  const answer = restoreOnce(person, version, wanted)
  if (answer === 'same') {
    expect(person.sheets.steps).toEqual(steps)
    return
  }
  expect(answer).toBe('restored')
  person.sheets.undo()
  person.take()
  expect(entriesOf(person.doc)).toEqual(before)
  expect(JSON.stringify(person.grid)).toBe(JSON.stringify(gridOf(person.doc)))
  restoreOnce(person, version, wanted)
}

function restoreOnce(person: Person, version: Y.Doc, wanted: Grid): Restored {
  const answer = person.sheets.restore(version)
  person.take()
  expect(JSON.stringify(person.grid)).toBe(JSON.stringify(wanted))
  return answer
}

/** Writes a text into a cell that nobody else writes. */
function write(person: Person, at: number, text: string) {
  const [sheet] = person.grid.sheets
  const place = { row: at % sheet!.rows.length, column: Math.floor(at / sheet!.rows.length) }
  if (place.column >= sheet!.columns.length) return []
  const key = person.sheets.cellKeyAt(sheet!.id, place.row, place.column)!
  const cellValue = { [place.row]: { [place.column]: { v: text, t: 1, f: null } } }
  person.do({ type: 'set-range-values', sheet: sheet!.id, cellValue })
  return [{ sheet: sheet!.id, key, text }]
}

/** Returns all entries but the format, which undo leaves as it is. A part that nobody has read yet is of no kind so far. */
function entriesOf(doc: Y.Doc): unknown {
  const parts = [...doc.share.keys()].filter((name) => name !== 'about')
  return parts
    .flatMap((part) => [...doc.getMap(part)].map(([key, value]) => [part, key, value] as const))
    .toSorted(([part, key], [other, otherKey]) =>
      `${part} ${key}` < `${other} ${otherKey}` ? -1 : 1,
    )
}

function gridOf(doc: Y.Doc): Grid {
  const sheets = new SheetDocument(doc)
  const grid = new Grid(sheets.snapshot(), sheets.names)
  sheets.destroy()
  return grid
}

function copyOf(original: Y.Doc): Y.Doc {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(original))
  return doc
}
