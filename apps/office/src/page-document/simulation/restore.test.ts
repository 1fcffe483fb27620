import { describe, expect, it } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { seedsOf, size } from '../../../../../test/size.js'
import { Random } from '../../../../../test/simulation/random.js'
import { paragraph, textOf, type Block } from '../block.js'
import { PageDocument } from '../page-document.js'
import { blocksOf } from '../version.js'
import { Company, type Person } from './people.js'

// RESTORE_SEED=17 runs that seed alone.
const SEEDS = seedsOf('RESTORE_SEED', size(100, 1_000))

describe('a version of a page', () => {
  it('[HY16] is restored beside four people who go on, and loses nothing that they write after it', () => {
    for (const seed of SEEDS) run(seed)
    expect(SEEDS).not.toHaveLength(0)
  }, 120_000)

  it('[HY17] has no blocks in a format that isn’t known', () => {
    const doc = new Doc()
    new PageDocument(doc).write([paragraph('Hello')])
    expect(blocksOf(copyOf(doc))?.map(textOf)).toEqual(['Hello'])
    doc.getMap('about').set('format', 99)
    expect(blocksOf(copyOf(doc))).toBeUndefined()
  })
})

function run(seed: number): void {
  try {
    const chance = new Random(seed)
    const company = new Company(chance)
    const person = chance.pick(company.people)
    steps(company, chance.below(40))
    const version = blocksOf(copyOf(person.doc))!
    steps(company, 30)
    restore(person, version)
    // The others go on without having heard of it.
    steps(company, 20)
    company.rest()
    const texts = company.people.map(({ page }, at) => {
      const text = `after ${at}`
      page.write([...page.blocks, paragraph(text)])
      return text
    })
    company.rest()
    for (const { page } of company.people) {
      const lines = page.blocks.map(lineOf)
      expect(lines).toEqual(company.people[0]!.page.blocks.map(lineOf))
      for (const text of texts) expect(lines.filter((line) => line.includes(text))).toHaveLength(1)
    }
  } catch (error) {
    throw new Error(`seed ${seed} (run it alone with RESTORE_SEED=${seed})`, { cause: error })
  }
}

/** Restores a version, undoes that, and restores it again. */
function restore(person: Person, version: readonly Block[]): void {
  const before = person.page.blocks.map(lineOf)
  const text = writtenIn(person)
  const wanted = version.map(lineOf)
  person.restore(version)
  expect(person.page.blocks.map(lineOf)).toEqual(wanted)
  // Nothing was written then, so undo would undo something else.
  if (JSON.stringify(before) === JSON.stringify(wanted)) return
  person.undo()
  // The ends of blocks in which others wrote stay.
  expect(writtenIn(person)).toBe(text)
  person.restore(version)
  expect(person.page.blocks.map(lineOf)).toEqual(wanted)
}

function steps(company: Company, count: number): void {
  for (let at = 0; at < count; at++) company.step()
}

const writtenIn = ({ parts }: Person): string => parts.filter((part) => part.length === 1).join('')

/** Returns what a block shows. Tables that were removed have other ids when they are there again. */
function lineOf({ type, attributes, content, table }: Block): string {
  const cells = table?.cells.map((row) => row.map((blocks) => blocks.map(lineOf)))
  const runs = content.map(({ text, marks }) => [text, sorted(marks)])
  return JSON.stringify([type, sorted(attributes), runs, cells])
}

/** Which of several fields was written first is no difference. */
const sorted = (fields: object) =>
  Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1))

function copyOf(original: Doc): Doc {
  const doc = new Doc()
  applyUpdate(doc, encodeStateAsUpdate(original))
  return doc
}
