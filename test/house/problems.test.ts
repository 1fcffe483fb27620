import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PROBLEMS } from '@whereabouts/protocol'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SPEC = readFileSync(join(ROOT, 'spec/PROTOCOL.md'), 'utf8')
const ROW = /^\| `([a-z-]+)` \| (\d{3}) \| (.+) \|$/gm
/** All rules except those of the client (CL), which handle problems and don't cause them. */
const RULE = /^- \*\*((?!CL)[A-Z]{2}\d+)\*\* (.+(?:\n {2}.+)*)$/gm

/** The table of problems: name, status, and the rules that cause the problem. */
const table = [...SPEC.matchAll(ROW)].map(([, name, status, when]) => ({ name, status, when }))
const rules = [...SPEC.matchAll(RULE)].map(([, id, text = '']) => ({ id, text }))

it('[ER1] the table in the spec lists exactly the problems of the code, with their statuses', () => {
  const problems = Object.entries(PROBLEMS).map(([name, { status }]) => [name, String(status)])
  expect(table).toHaveLength(problems.length)
  const inTable = Object.fromEntries(table.map(({ name, status }) => [name, status]))
  expect(inTable).toEqual(Object.fromEntries(problems))
})

it('[ER1] the table in the spec names every rule that causes a problem', () => {
  const named = table.map(({ name }) => ({
    name,
    when: rules.flatMap(({ id, text }) => (text.includes(`\`${name}\``) ? [id] : [])).join(', '),
  }))
  expect(table.map(({ name, when }) => ({ name, when }))).toEqual(named)
})

it('[ER1] the code uses every problem', () => {
  const code = sources().join('\n')
  const unmet = Object.keys(PROBLEMS).filter((name) => !code.includes(`'${name}'`))
  expect(unmet).toEqual([])
})

/** Returns the sources of the packages, except for the list of problems. */
function sources(): string[] {
  return readdirSync(join(ROOT, 'packages'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[a-z]+\/src\/.*(?<!\.test)\.ts$/.test(file))
    .filter((file) => !file.endsWith('protocol/src/problem.ts'))
    .map((file) => readFileSync(join(ROOT, 'packages', file), 'utf8'))
}
