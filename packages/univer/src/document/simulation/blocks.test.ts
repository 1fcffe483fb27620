import { describe, expect, it } from 'vitest'
import { seedsOf, size } from '../../../../../test/size.js'
import { Random } from '../../../../../test/simulation/random.js'
import { exchange, Person, smallWorkbook } from './office.js'
import { randomSteps } from './steps.js'

// SHEET_SEED=17 runs that seed alone.
const SEEDS = seedsOf('SHEET_SEED', size(200, 1_500))
const STEPS = 40
const PEOPLE = 3
const BLOCK_FROM = 3
const FORMULA = '='

/** People who hear of each other before anybody does anything else. */
class Turns {
  readonly people: readonly Person[]
  #chance = new Random(0)
  #turn = 0

  constructor(count: number, blockFrom: number) {
    const beginning = smallWorkbook()
    const chance = () => this.#chance.next()
    this.people = Array.from(
      { length: count },
      (_, at) => new Person(beginning, chance, at + 1, blockFrom),
    )
  }

  /** @returns what everybody sees then. */
  do(at: number, turn: (person: Person) => void): string {
    // The names of blocks take no chance from the order keys of the next turn.
    this.#chance = new Random(++this.#turn)
    const person = this.people[at]!
    turn(person)
    for (const other of this.people) if (other !== person) exchange(person, other)
    for (const each of this.people) each.take()
    return this.shown
  }

  get shown(): string {
    return JSON.stringify(this.people[0]!.grid)
  }

  get blocks(): number {
    const { doc } = this.people[0]!
    return [...doc.share.keys()].reduce(
      (sum, name) => sum + (name.startsWith('blocks:') ? doc.getMap(name).size : 0),
      0,
    )
  }
}

describe('blocks are as if each cell had an entry', () => {
  it('[SD47 SD49 SD50] for one person, who takes back and does again', () => {
    let blocks = 0
    for (const seed of SEEDS) {
      blocks += compare(seed, 1, (chance) => {
        const kind = chance.below(10)
        if (kind < 2) return ({ sheets }) => void sheets.undo()
        return kind < 3 ? ({ sheets }) => void sheets.redo() : undefined
      })
    }
    expect(blocks).toBeGreaterThanOrEqual(SEEDS.length - 1)
  }, 120_000)

  it('[SD47 SD50] for people who write one after the other', () => {
    let blocks = 0
    for (const seed of SEEDS) blocks += compare(seed, PEOPLE, () => undefined)
    expect(blocks).toBeGreaterThanOrEqual(SEEDS.length - 1)
  }, 120_000)
})

describe('undo of one', () => {
  it('[SD12 SD50] leaves what others wrote into cells since', () => {
    let stayed = 0
    for (const seed of SEEDS) stayed += takeBackInTurns(seed)
    expect(stayed).toBeGreaterThanOrEqual(SEEDS.length - 1)
  }, 120_000)
})

/** @returns how many cells of others there were when somebody took something back. */
function takeBackInTurns(seed: number): number {
  const chance = new Random(seed)
  const turns = new Turns(PEOPLE, BLOCK_FROM)
  const authors = new Map<string, number>()
  let names = 0
  let stayed = 0
  for (let step = 0; step < STEPS; step++) {
    const at = chance.below(PEOPLE)
    const before = textsOf(turns.people[at]!)
    const isUndo = chance.below(4) === 0
    const steps = randomSteps(turns.people[at]!.grid, chance, () => `sheet-${++names}-x`)
    turns.do(at, (person) => (isUndo ? void person.sheets.undo() : person.do(...steps)))
    const after = textsOf(turns.people[at]!)
    for (const [key, text] of before) {
      if (!after.has(key)) continue
      const isChanged = text !== after.get(key)
      if (!isUndo && isChanged) authors.set(key, at)
      const isText = text !== '' && text !== FORMULA
      if (!isUndo || !isText || (authors.get(key) ?? at) === at) continue
      stayed++
      expect(isChanged, `${key} (run it alone with SHEET_SEED=${seed})`).toBe(false)
    }
    if (!isUndo) continue
    // What comes to light is of whoever wrote it then.
    for (const [key, text] of after) if (text !== before.get(key)) authors.delete(key)
  }
  return stayed
}

/** What is in each cell; of a formula only that there is one, as it may read differently later. */
function textsOf({ grid, sheets }: Person): Map<string, string> {
  const cells = grid.sheets.flatMap(({ id, cells: rows }) =>
    rows.flatMap((row, down) =>
      row.map(({ v, f }, across): [string, string] => {
        const key = `${id}/${sheets.cellKeyAt(id, down, across)}`
        return [key, f === undefined ? String(v ?? '') : FORMULA]
      }),
    ),
  )
  return new Map(cells)
}

type Turn = (person: Person) => void

/** @returns how many blocks there were. */
function compare(
  seed: number,
  count: number,
  otherTurn: (chance: Random) => Turn | undefined,
): number {
  const chance = new Random(seed)
  const [inBlocks, inEntries] = [BLOCK_FROM, Infinity].map(
    (blockFrom) => new Turns(count, blockFrom),
  ) as [Turns, Turns]
  let names = 0
  let blocks = 0
  for (let step = 0; step < STEPS; step++) {
    const at = chance.below(count)
    const steps = randomSteps(inBlocks.people[at]!.grid, chance, () => `sheet-${++names}-x`)
    const turn = otherTurn(chance) ?? ((person: Person) => person.do(...steps))
    const shown = inBlocks.do(at, turn)
    const where = `seed ${seed}, step ${step} (run it alone with SHEET_SEED=${seed})`
    const expected = inEntries.do(at, turn)
    if (shown !== expected) {
      expect(JSON.parse(shown), where).toEqual(JSON.parse(expected))
    }
    blocks += inBlocks.blocks
  }
  expect(inEntries.blocks).toBe(0)
  return blocks
}
