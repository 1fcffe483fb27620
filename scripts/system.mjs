// Makes sure that the system has the programs that the tests need. Installs missing ones with
// apt-get if possible; otherwise reports them and fails. `npm test` runs this first.
import { spawnSync } from 'node:child_process'
import { namespaceFaults, rootPrefix } from './namespace.mjs'
import { find, missing, NEEDS } from './needs.mjs'

const absent = NEEDS.filter((need) => find(need) === undefined)
// Doesn't install a program whose path was set by hand; a wrong path has to be corrected.
const installable = absent.filter((need) => !process.env[need.variable])
if (installable.length > 0) install(installable.map((need) => need.aptPackage))

const stillAbsent = NEEDS.filter((need) => find(need) === undefined)
const faults = stillAbsent.length > 0 ? stillAbsent.map(missing) : namespaceFaults()
if (faults.length > 0) {
  console.error(`\nThe tests need this:\n${bullets(faults)}\n`)
  process.exitCode = 1
} else {
  for (const need of NEEDS) console.log(`${need.name}: ${find(need)}`)
}

/** @param {readonly string[]} packages */
function install(packages) {
  const asRoot = rootPrefix()
  if (asRoot === undefined || !runs(['apt-get', '--version'])) return
  const apt = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  console.log(`Installing ${packages.join(', ')} with apt-get`)
  run([...apt, 'update'])
  run([...apt, 'install', '--yes', '--no-install-recommends', ...packages])
}

/** @param {readonly string[]} command */
function runs([program = '', ...args]) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

/** @param {readonly string[]} command */
function run([program = '', ...args]) {
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) console.error(`"${[program, ...args].join(' ')}" failed`)
}

/** @param {readonly string[]} lines */
function bullets(lines) {
  return lines.map((line) => `  - ${line}`).join('\n')
}
