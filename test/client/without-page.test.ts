import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const { exports } = JSON.parse(readFileSync('packages/client/package.json', 'utf8')) as {
  exports: { [path: string]: unknown }
}
const MODULES = Object.keys(exports).filter((path) => !path.endsWith('.css'))

/** Loads a module where every request fails the process, and says how many things it exports. */
const load = (module: string) => `
  globalThis.fetch = () => { throw new Error('a request') }
  for (const name of ['window', 'document', 'localStorage']) {
    Object.defineProperty(globalThis, name, { get() { throw new Error(name) }, configurable: true })
  }
  delete globalThis.window
  delete globalThis.document
  process.stdout.write(String(Object.keys(await import('${module}')).length))
`

describe('where there is no page', () => {
  it.each(MODULES)('[CL105] %s is loaded, and does nothing', async (path) => {
    const module = `@whereabouts/client${path.slice(1)}`
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', load(module)])
    // Nothing is left open, so the process ends by itself.
    expect(Number((await run).stdout)).toBeGreaterThan(0)
  })
})
