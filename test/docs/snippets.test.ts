import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Declarations that the snippets leave out. */
const GLOBALS = `
declare const room: import('@whereabouts/client').Room
declare const provider: import('@whereabouts/client/yjs').RoomProvider
declare const doc: import('yjs').Doc
declare const ydoc: import('yjs').Doc
declare const source: EventSource
declare const id: string
declare module '*.css'
declare function draw(...member: unknown[]): void
declare function onSelect(listener: (sheet: string, cell: string) => void): void
`

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    lib: ['es2023', 'dom', 'dom.iterable'],
    jsx: 'react-jsx',
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
  },
}

async function pagesIn(folder: string): Promise<string[]> {
  const names = await readdir(join(ROOT, folder))
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name))
}

async function allPages(): Promise<string[]> {
  const packages = await readdir(join(ROOT, 'packages'))
  return [
    'README.md',
    ...packages.map((name) => join('packages', name, 'README.md')),
    ...(await pagesIn('docs/how-to')),
    ...(await pagesIn('docs/reference')),
  ]
}

/** Returns the complete code blocks of a page: those that begin with an import. */
async function snippetsOf(page: string): Promise<{ name: string; code: string }[]> {
  const text = await readFile(join(ROOT, page), 'utf8')
  const fences = text.matchAll(/^```(tsx?)\n(import [^]*?)^```$/gm)
  return [...fences].map(([, extension = '', code = ''], index) => ({
    name: `${page.replaceAll('/', '-')}-${index}.${extension}`,
    code,
  }))
}

/** Returns the compiler's errors for the code in a folder. */
function compile(folder: string): Promise<string> {
  return new Promise((resolve) => {
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    execFile(tsc, ['--project', folder], { cwd: folder }, (_error, stdout) => resolve(stdout))
  })
}

it('the code in guides, reference and READMEs compiles', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-snippets-'))
  try {
    const snippets = (await Promise.all((await allPages()).map(snippetsOf))).flat()
    expect(snippets.length).toBeGreaterThan(5)
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
    await writeFile(join(folder, 'globals.d.ts'), GLOBALS)
    for (const { name, code } of snippets) await writeFile(join(folder, name), code)
    expect(await compile(folder)).toBe('')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
