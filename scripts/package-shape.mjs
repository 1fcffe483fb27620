// Checks that npm would publish packages that can be imported, with types, licence, README and the
// sources of their source maps.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const LICENCE = readFileSync('LICENSE', 'utf8')

const folders = readdirSync('packages')
  .map((name) => join('packages', name))
  .filter((folder) => manifestOf(folder).private !== true)
const failed = folders.filter((folder) => {
  const faults = faultsOf(folder)
  for (const fault of faults) console.error(`${folder}: ${fault}`)
  return (
    faults.length > 0 ||
    !run('publint', ['run', folder, '--strict']) ||
    !run('attw', ['--pack', folder, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'])
  )
})

console.log(`${folders.length - failed.length} of ${folders.length} packages can be published`)
if (failed.length > 0) {
  console.error(`These packages can't be published: ${failed.join(', ')}`)
  process.exitCode = 1
}

/** @param {string} folder */
function faultsOf(folder) {
  const packed = new Set(packedFiles(folder))
  const { keywords = [] } = manifestOf(folder)
  return [
    ...(keywords.length === 0 ? ['package.json has no keywords'] : []),
    ...['LICENSE', 'README.md'].filter((file) => !packed.has(file)).map((file) => `lacks ${file}`),
    ...(packed.has('LICENSE') && read(folder, 'LICENSE') !== LICENCE
      ? ['LICENSE is not the one of this repository']
      : []),
    ...[...packed]
      .filter((file) => /\.test\.|\.tsbuildinfo/.test(file))
      .map((file) => `has ${file}`),
    ...[...packed]
      .filter((file) => file.endsWith('.map'))
      .flatMap((map) => leads(folder, map, packed)),
  ]
}

/**
 * Returns the sources that a source map refers to and that wouldn't be published.
 *
 * @param {string} folder
 * @param {string} map
 * @param {ReadonlySet<string>} packed
 */
function leads(folder, map, packed) {
  /** @type {{ sources: readonly string[], sourcesContent?: readonly string[] }} */
  const { sources, sourcesContent } = JSON.parse(read(folder, map))
  if (sourcesContent !== undefined) return []
  return sources
    .map((source) => normalize(join(dirname(map), source)))
    .filter((source) => !packed.has(source))
    .map((source) => `${map} refers to ${source}, which isn't published`)
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function packedFiles(folder) {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const { stdout } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 })
  /** @type {Record<string, { files: { path: string }[] }>} */
  const packages = JSON.parse(stdout)
  return Object.values(packages).flatMap(({ files }) => files.map(({ path }) => path))
}

/**
 * @param {string} folder
 * @returns {{ private?: boolean, keywords?: readonly string[] }}
 */
function manifestOf(folder) {
  return JSON.parse(read(folder, 'package.json'))
}

/**
 * @param {string} folder
 * @param {string} file
 */
function read(folder, file) {
  return readFileSync(join(folder, file), 'utf8')
}

/**
 * Runs a program, and prints its output only if it fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, args) {
  const path = join('node_modules', '.bin', program)
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' })
  if (status !== 0) console.error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`)
  return status === 0
}
