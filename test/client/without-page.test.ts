import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const { exports } = JSON.parse(readFileSync('packages/client/package.json', 'utf8')) as {
  exports: { [path: string]: unknown }
}
const MODULES = Object.keys(exports).filter((path) => !path.endsWith('.css'))

const run = (code: string) =>
  promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])

/**
 * Loads a module where every request and every use of the browser's storage ends the process, and says how many
 * things it exports. There is no `window` and no `document`, so that reading them fails.
 */
const load = (module: string) => `
  const end = (what) => () => {
    process.stderr.write('used ' + what)
    process.exit(1)
  }
  globalThis.fetch = end('fetch')
  globalThis.WebSocket = globalThis.EventSource = class { constructor() { end('a connection')() } }
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
    Object.defineProperty(globalThis, name, { get: end(name) })
  }
  process.stdout.write(String(Object.keys(await import('${module}')).length))
`

describe('where there is no page', () => {
  it.each(MODULES)('[CL105] %s is loaded, and does nothing', async (path) => {
    const module = `@whereabouts/client${path.slice(1)}`
    // Nothing is left open, so the process ends by itself.
    expect(Number((await run(load(module))).stdout)).toBeGreaterThan(0)
  })

  it.each([
    ['fetch("http://127.0.0.1:9").catch(() => undefined)', 'used fetch'],
    ['globalThis.localStorage?.getItem("key")', 'used localStorage'],
    ['document.title', 'document is not defined'],
  ])('[CL105] %s would be noticed', async (code, stderr) => {
    const page = `data:text/javascript,${encodeURIComponent(code)}`
    await expect(run(load(page))).rejects.toMatchObject({ stderr: expect.stringContaining(stderr) })
  })
})
