import { join } from 'node:path'
import { runnerImport } from 'vite'

const TESTS = join(import.meta.dirname, '..', 'test')

/**
 * Imports a module of the tests, which are in TypeScript.
 *
 * @template T
 * @param {string} file below test/
 * @returns {Promise<T>}
 */
export async function importTest(file) {
  // Not the newest syntax: it has to run on every Node that we run on.
  const config = /** @type {const} */ ({ configFile: false, oxc: { target: 'node20' } })
  /** @type {{ module: T }} */
  const { module } = await runnerImport(join(TESTS, file), config)
  return module
}
