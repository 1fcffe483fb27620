import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const exists = (path: string) =>
  existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)))

const PROOF = /^`([\w./-]+)` \[([A-Z]{2}\d+(?: [A-Z]{2}\d+)*)\]$/
/** The ids that a test's name starts with. */
const NAMED = /['"`]((?:\[[A-Z]{2}\d+(?: [A-Z]{2}\d+)*\] ?)+)/g
const ID = /[A-Z]{2}\d+/g

interface Row {
  readonly text: string
  readonly file: string
  readonly ids: readonly string[]
}

/** Returns the rows of all tables, without their heads. */
function rows(): string[][] {
  return read('docs/security.md')
    .split('\n')
    .filter((line) => /^\| (?!--|.* \| test +\|$)/.test(line))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
}

function rowOf(cells: readonly string[]): Row {
  const [, file = '', ids = ''] = PROOF.exec(cells.at(-1)!) ?? []
  return { text: cells[0]!, file, ids: ids.split(' ') }
}

function idsIn(file: string): Set<string> {
  const names = [...read(file).matchAll(NAMED)]
  return new Set(names.flatMap(([, ids = '']) => ids.match(ID) ?? []))
}

describe('each row of the list of threats', () => {
  it('names a test that exists', () => {
    const all = rows().map(rowOf)
    expect(all.length).toBeGreaterThan(40)
    expect(all.filter(({ file }) => file === '' || !exists(file))).toEqual([])
  })

  it('names only rules that this test is for', () => {
    const wrong = rows()
      .map(rowOf)
      .flatMap(({ text, file, ids }) =>
        ids.filter((id) => !idsIn(file).has(id)).map((id) => `${text}: ${file} has no [${id}]`),
      )
    expect(wrong).toEqual([])
  })
})
