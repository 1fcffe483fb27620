import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const HERE = import.meta.dirname
const FOLDERS = [join(HERE, 'node_modules'), join(HERE, '..', 'node_modules')]

/**
 * Installs what the alternatives are made of, beside the bench: the project itself needs none of it.
 * What stands in the lockfile and nothing else. Says so if npm can't.
 */
export function installAlternatives() {
  const lockfile = join(HERE, 'package-lock.json')
  const installed = join(HERE, 'node_modules', '.package-lock.json')
  const installedMs = statSync(installed, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (installedMs > statSync(lockfile).mtimeMs) return
  console.log('Installing the alternatives')
  // Optional are native helpers, which none of them needs and which would have to be compiled.
  const args = ['ci', '--omit=optional', '--no-audit', '--no-fund']
  const { status, stderr } = spawnSync('npm', args, { cwd: HERE, encoding: 'utf8' })
  if (status !== 0) console.error(`npm can't install the alternatives:\n${stderr}`)
}

/** The installed version of a package; `undefined` if it isn't there. @param {string} name */
export function versionOf(name) {
  const manifest = FOLDERS.map((folder) => join(folder, name, 'package.json')).find(existsSync)
  if (manifest === undefined) return undefined
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  return version
}
