// Checks that npm would publish packages that can be imported, with types, licence, README and the
// sources of their source maps.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

const LICENCE = readFileSync('LICENSE', 'utf8')

const folders = readdirSync('packages')
  .map((name) => join('packages', name))
  .filter((folder) => manifestOf(folder).private !== true)
const verdicts = await Promise.all(folders.map(canBePublished))
const failed = folders.filter((_, at) => !verdicts[at])

console.log(`${folders.length - failed.length} of ${folders.length} packages can be published`)
if (failed.length > 0) {
  console.error(`These packages can't be published: ${failed.join(', ')}`)
  process.exitCode = 1
}

/** @param {string} folder */
async function canBePublished(folder) {
  const faults = await faultsOf(folder)
  for (const fault of faults) console.error(`${folder}: ${fault}`)
  return (
    faults.length === 0 &&
    (await run('publint', ['run', folder, '--strict'])) &&
    (await run('attw', ['--pack', folder, ...waysOf(folder), '--format', 'ascii', '--no-emoji']))
  )
}

/** @param {unknown} conditions of an export; the path alone of a style sheet, which has no types */
function isForRequire(conditions) {
  return typeof conditions === 'object' && conditions !== null && 'require' in conditions
}

/**
 * Returns by which ways a package is looked at: as ES modules, and what is for `require` as CommonJS as well.
 *
 * @param {string} folder
 */
function waysOf(folder) {
  const entries = Object.entries(manifestOf(folder).exports ?? {})
  const onlyModules = entries.filter(([, conditions]) => !isForRequire(conditions))
  if (onlyModules.length === entries.length) return ['--profile', 'esm-only']
  const excluded = onlyModules.map(([entry]) => entry.replace('./', ''))
  return [
    '--profile',
    'node16',
    ...(excluded.length > 0 ? ['--exclude-entrypoints', ...excluded] : []),
  ]
}

/** @param {string} folder */
async function faultsOf(folder) {
  const packed = new Set(await packedFiles(folder))
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
 * @returns {Promise<string[]>}
 */
async function packedFiles(folder) {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const { stdout } = await execute('npm', args, { cwd: folder, maxBuffer: 1e8 })
  /** @type {Record<string, { files: { path: string }[] }>} */
  const packages = JSON.parse(stdout)
  return Object.values(packages).flatMap(({ files }) => files.map(({ path }) => path))
}

/**
 * @param {string} folder
 * @returns {{ private?: boolean, keywords?: readonly string[], exports?: Record<string, unknown> }}
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
async function run(program, args) {
  try {
    await execute(join('node_modules', '.bin', program), args)
    return true
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error)
    console.error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`)
    return false
  }
}
