import { join } from 'node:path'
import { runnerImport } from 'vite'

const TESTS = join(import.meta.dirname, '..', 'test')

/**
 * Imports a TypeScript module of the tests.
 *
 * @template T
 * @param {string} file below test/
 * @returns {Promise<T>}
 */
export async function importTest(file) {
  // Compiles for the oldest supported version of Node.
  const config = /** @type {const} */ ({ configFile: false, oxc: { target: 'node20' } })
  /** @type {{ module: T }} */
  const { module } = await runnerImport(join(TESTS, file), config)
  return module
}
