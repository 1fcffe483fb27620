// Checks that every dependency has a line in docs/dependencies.md, and that the lockfile installs
// anywhere: no package has the address of a registry, and each has a hash.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const DOC = 'docs/dependencies.md'
// The bench's alternatives, its Lighthouse, the editors, other servers' stores, Nest 11 and the tools for lists and releases
// have their own lockfiles.
const BENCH = ['bench/servers/alternatives', 'bench/lighthouse']
const APART = [...BENCH, 'examples/bindings', 'test/migration']
const TOOLS = ['scripts/release', 'scripts/sbom']
const LOCKFILES = ['.', ...APART, 'test/nest-11', ...TOOLS].map((folder) =>
  join(folder, 'package-lock.json'),
)

/** @typedef {{ link?: boolean, resolved?: string, integrity?: string }} Locked */

const locked = LOCKFILES.flatMap(packagesOf)
const dependencies = named()
const explained = new Set(readFileSync(DOC, 'utf8').match(/(?<=`)[^`\s]+(?=`)/g))

const faults = [
  ...locked.flatMap(({ place, resolved, integrity }) => [
    ...(resolved === undefined ? [] : [`${place} has a "resolved" address`]),
    ...(integrity === undefined ? [`${place} has no "integrity"`] : []),
  ]),
  ...dependencies
    .filter((name) => !explained.has(name))
    .map((name) => `${DOC} has no line for ${name}`),
]

for (const fault of faults) console.error(fault)
console.log(`${dependencies.length} dependencies explained, ${locked.length} packages locked`)
if (faults.length > 0) process.exitCode = 1

/** @param {string} file */
function packagesOf(file) {
  /** @type {{ packages: Record<string, Locked> }} */
  const { packages } = JSON.parse(readFileSync(file, 'utf8'))
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
    .map(([path, { resolved, integrity }]) => ({ place: `${file}: ${path}`, resolved, integrity }))
}

/** Returns the dependencies in all manifests, except for our own packages. */
function named() {
  const folders = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(parent).map((name) => join(parent, name)),
  )
  const all = ['.', ...APART, ...TOOLS, ...folders].flatMap((folder) => {
    const { dependencies: needed, devDependencies, peerDependencies } = manifest(folder)
    return Object.keys({ ...needed, ...devDependencies, ...peerDependencies })
  })
  return [...new Set(all)].filter((name) => !name.startsWith('@whereabouts/')).toSorted()
}

/**
 * @param {string} folder
 * @returns {Record<'dependencies' | 'devDependencies' | 'peerDependencies', object | undefined>}
 */
function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
