// Checks that every rule of spec/ has a test whose name starts with its id in brackets, `[RM1]` or
// `[RM1 RM2]`, that every id in a test's name is in the spec, and that no id is there twice.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SPEC = 'spec'
const RULE = /^- \*\*([A-Z]{2}\d+)\*\*/gm
const TEST_FILE = /\.test\.tsx?$|\/store-contract[\w-]*\.ts$/
const TEST_NAME = /['"`]((?:\[[A-Z]{2}\d+(?: [A-Z]{2}\d+)*\] )+)/g
const ID = /[A-Z]{2}\d+/g

const rules = filesBelow(SPEC)
  .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(RULE)])
  .map(([, id = '']) => id)
const proved = provedByFile()
const provedIds = new Set([...proved.values()].flat())

const faults = [
  ...rules
    .filter((id, index) => rules.indexOf(id) !== index)
    .map((id) => `${SPEC}/ has more than one rule with the id ${id}`),
  ...[...proved].flatMap(([file, ids]) =>
    [...new Set(ids)]
      .filter((id) => !rules.includes(id))
      .map((id) => `${file} has a test of ${id}, which is not a rule in ${SPEC}/`),
  ),
  ...rules
    .filter((id) => !provedIds.has(id))
    .map((id) => `${id} has no test whose name starts with [${id}]`),
]

if (rules.length === 0) faults.push(`${SPEC}/ has no rule that reads "- **XX1** …"`)
for (const fault of faults) console.error(fault)
const covered = rules.filter((id) => provedIds.has(id)).length
console.log(`${covered} of ${rules.length} rules have a test`)
if (faults.length > 0) process.exitCode = 1

/** Returns the ids in the names of the tests, by file. */
function provedByFile() {
  return new Map(
    testFiles().map((file) => {
      const names = readFileSync(file, 'utf8').matchAll(TEST_NAME)
      return [file, [...names].flatMap(([, ids = '']) => ids.match(ID) ?? [])]
    }),
  )
}

/** Returns the tests beside the code, the contract of stores, and the files of the shared suites. */
function testFiles() {
  const beside = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(folder).flatMap((name) => filesBelow(join(folder, name, 'src'))),
  )
  return [
    ...beside.filter((file) => TEST_FILE.test(file)),
    ...['test', 'packages/conformance/src']
      .flatMap(filesBelow)
      .filter((file) => /\.tsx?$/.test(file)),
  ].toSorted()
}

/** @param {string} folder */
function filesBelow(folder) {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.map((name) => join(folder, name))
}
