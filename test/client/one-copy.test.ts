import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'
import { expect, it } from 'vitest'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Returns all that a package exports but style sheets, as it is imported. */
function modulesOf(name: string): string[] {
  const manifest = readFileSync(folder(`../../packages/${name}/package.json`), 'utf8')
  const { exports } = JSON.parse(manifest) as { exports: { [path: string]: unknown } }
  const paths = Object.keys(exports).filter((path) => !path.endsWith('.css'))
  return paths.map((path) => `@whereabouts/${name}${path.slice(1)}`)
}

const MODULES = ['client', 'protocol'].flatMap(modulesOf)
const PAGE = folder('page-of-two-kinds.js')
const PARTS = folder('parts-in-commonjs.cjs')

/** A page in ES modules, with components that were compiled to CommonJS. */
const files: { readonly [path: string]: string } = {
  [PAGE]: [
    `export * as parts from '${PARTS}'`,
    ...MODULES.map((name, at) => `export * as module${at} from '${name}'`),
  ].join('\n'),
  [PARTS]: MODULES.map((name, at) => `exports.module${at} = require('${name}')`).join('\n'),
}
const plugin: Plugin = {
  name: 'files',
  enforce: 'pre',
  resolveId: (id) => (id in files ? id : null),
  load: (id) => files[id] ?? null,
}

it('a page has one copy of the client, whether its modules import or require it', async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [plugin],
    build: { write: false, minify: false, lib: { entry: PAGE, formats: ['es'] } },
  })
  const outputs = [built].flat().flatMap((each) => ('output' in each ? each.output : []))
  const bundled = outputs.flatMap((each) => (each.type === 'chunk' ? each.moduleIds : []))
  const ours = bundled.filter((id) => /packages\/(client|protocol)\//.test(id))
  expect(ours.length).toBeGreaterThan(MODULES.length)
  expect(ours.filter((id) => !id.includes('/dist/'))).toEqual([])
})
