import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { size } from '../size.js'
import { isOurs, ROOT, run, Tarballs } from './tarballs.js'

const NEWEST = '7.0.2'
const COMPILERS = size(['5.4.5', NEWEST], ['5.4.5', '5.7.3', '5.9.3', '6.0.2', NEWEST])

const DOM = ['dom', 'dom.iterable']

/** How an application can be compiled, and what its files are called then. CommonJS has Nest 11, since 12 is ES modules alone. */
const WAYS = [
  { module: 'esnext', moduleResolution: 'bundler', file: 'application.ts', nest: '12' },
  { module: 'node16', moduleResolution: 'node16', file: 'application.mts', nest: '12' },
  { module: 'node16', moduleResolution: 'node16', file: 'application.cts', nest: '11' },
  { module: 'nodenext', moduleResolution: 'nodenext', file: 'application.mts', nest: '12' },
  { module: 'nodenext', moduleResolution: 'nodenext', file: 'application.cts', nest: '11' },
] as const

/** What an application has that edits documents. Yjs has no types for CommonJS, so not every compiler lets them in there. */
const DOCUMENT = `
import { Inspector } from '@whereabouts/client/react-inspector'
import { documentJson, readRecording, RecordingPlayer } from '@whereabouts/client/recording'
import { createRoomContext as createDocumentContext } from '@whereabouts/client/react-yjs'
import { roomStores as documentStores } from '@whereabouts/client/svelte-yjs'
import { createRoomContext as createVueDocumentContext } from '@whereabouts/client/vue-yjs'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc } from 'yjs'

const subdocuments = ({ guid }: Doc): Room => joinRoom({ room: guid })
export const context = createDocumentContext<{ cell: string }>()
export const provider = () => context.RoomProvider({ room: 'budget', keptFor: 'ann', subdocuments })
export const useSaved = (): boolean => context.useDocument(({ saved }) => saved)
export const useDoc = (): Doc => createVueDocumentContext().useDocument(({ doc }) => doc).value
export const stores = documentStores({ room: 'budget', offline: false, subdocuments })
export const inspector = (room: Room) => Inspector({ room, texts: { record: 'Aufnehmen' } })
export const play = (text: string) => documentJson(new RecordingPlayer(readRecording(text)).at(0).document)
export const provide = (room: Room): RoomProvider => new RoomProvider(room, new Doc())
`

/** Imports all that applications import, and uses the types that depend on other packages. */
const APPLICATION = `
import { joinRoom, type Room, type RoomSnapshot } from '@whereabouts/client'
import { examine } from '@whereabouts/client/doctor'
import { lock } from '@whereabouts/client/locks'
import { createRoomContext } from '@whereabouts/client/react'
import { roomStores } from '@whereabouts/client/svelte'
import { acrossTabs } from '@whereabouts/client/tabs'
import { createRoomContext as createVueContext } from '@whereabouts/client/vue'
import { Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import { type Member, Problem } from '@whereabouts/protocol'
import { createWhereabouts, type Whereabouts } from '@whereabouts/server'
import { createServer } from 'node:http'

export async function start(): Promise<Whereabouts> {
  const whereabouts = await createWhereabouts({
    authenticate: ({ headers }) => ({ id: headers.authorization ?? '' }),
    authorize: ({ action }) => action !== 'manage',
  })
  createServer((request, response) => {
    void whereabouts.handle(request, response, () => response.end())
  })
  return whereabouts
}

export function join(): Room {
  const room = joinRoom({ url: 'http://localhost', room: 'budget', sharing: acrossTabs() })
  room.subscribe(() => names(room.getSnapshot()))
  return room
}

export const names = ({ others }: RoomSnapshot): string[] => others.map(({ user }: Member) => user.name)
export const { RoomProvider: Provider, useSnapshot } = createRoomContext<{ cell: string }>()
export const useNames = (): string[] => useSnapshot().others.map(({ user }) => user.name)
export const { useOthers } = createVueContext<{ cell: string }>()
export const imported = WhereaboutsModule.forRoot({ dataDir: 'data' })
export const isFull = (error: unknown): boolean => error instanceof Problem && error.problem === 'room-full'
export { examine, lock, Rooms, roomStores }
`

/** A page's application, with neither the types of Node nor a library newer than ES2023. */
const PAGE = `
import { joinRoom } from '@whereabouts/client'
import { namePresent } from '@whereabouts/client/history'
import { type Lock, lock } from '@whereabouts/client/locks'
import { createRoomContext } from '@whereabouts/client/react'
import { acrossTabs } from '@whereabouts/client/tabs'

export const room = joinRoom({ room: 'budget', sharing: acrossTabs() })
export const image = (): Promise<Lock> => lock(room, 'image-7')
export async function edit(): Promise<void> {
  await using held = await image()
  held.lost.throwIfAborted()
}
export const { useSnapshot } = createRoomContext<{ cell: string }>()
export { namePresent }
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whereabouts-types-'))
  await unpackOurs()
  await linkOthers()
  const aliases = COMPILERS.map((version) => `${aliasOf(version)}@npm:typescript@${version}`)
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--prefix', join(folder, 'tools')]
  await run('npm', ['install', ...options, ...aliases, 'nest-11@npm:@nestjs/common@^11.2.0'])
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

// An old compiler is slow, and one way of each kind shows whether it can read the types at all.
const CASES = COMPILERS.flatMap((version) => WAYS.map((way) => ({ version, ...way }))).filter(
  ({ version, module }) => size(version === NEWEST || module === 'node16', true),
)

it.each(CASES)(
  'TypeScript $version accepts the packages in $file with module $module, strictly',
  async ({ version, module, moduleResolution, file, nest }) => {
    const project = join(folder, `nest-${nest}`, `${version}-${module}-${file}`)
    await mkdir(project, { recursive: true })
    const isRefused = nest === '11' && (module === 'node16' || Number.parseFloat(version) < 5.8)
    await writeFile(join(project, file), isRefused ? APPLICATION : APPLICATION + DOCUMENT)
    const options = { lib: ['es2022', 'esnext.disposable', ...DOM], types: ['node'] }
    const found = await errors(version, project, file, { module, moduleResolution, ...options })
    expect(found).toEqual([])
  },
)

it.each(COMPILERS)(
  'TypeScript %s accepts the client in a page with the library of ES2023',
  async (version) => {
    const project = join(folder, 'nest-12', `${version}-page`)
    await mkdir(project, { recursive: true })
    await writeFile(join(project, 'page.ts'), PAGE)
    const options = { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', ...DOM] }
    expect(await errors(version, project, 'page.ts', { ...options, types: [] })).toEqual([])
  },
)

/** Compiles a file strictly, and returns the errors that are about our packages. */
async function errors(
  version: string,
  project: string,
  file: string,
  options: { readonly [option: string]: string | readonly string[] },
): Promise<string[]> {
  const compilerOptions = {
    target: 'es2022',
    esModuleInterop: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    ...options,
  }
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: [file] }),
  )
  const compiler = join(folder, 'tools/node_modules', aliasOf(version), 'bin/tsc')
  const printed = await run(process.execPath, [compiler, '--project', project], { cwd: project })
    .then(({ stdout }) => stdout)
    .catch((error: unknown) => (error as { readonly stdout: string }).stdout)
  return printed.split('\n').filter(isAboutUs)
}

/** Whether an error is in the application or in our packages. What others' packages have in them isn't ours. */
function isAboutUs(line: string): boolean {
  if (!/error TS\d+/.test(line)) return false
  // With node16, CommonJS can't read Yjs's types, wherever they are imported.
  if (line.includes('import("yjs")')) return false
  return !line.includes('node_modules/') || line.includes('node_modules/@whereabouts/')
}

function aliasOf(version: string): string {
  return `typescript-${version}`
}

/** Unpacks our packages for both versions of Nest. */
async function unpackOurs(): Promise<void> {
  await using tarballs = await Tarballs.pack()
  const all = await tarballs.resolve({ '@whereabouts/client': '', '@whereabouts/nestjs': '' })
  for (const [name, file] of Object.entries(all)) {
    for (const nest of ['nest-11', 'nest-12']) {
      const target = join(folder, nest, 'node_modules', name)
      await mkdir(target, { recursive: true })
      await run('tar', ['-xzf', file.replace('file:', ''), '-C', target, '--strip-components=1'])
    }
  }
}

/** Links what the repository has installed, as only its types are read. */
async function linkOthers(): Promise<void> {
  const installed = join(ROOT, 'node_modules')
  const names = await readdir(installed)
  const others = names.filter((name) => !name.startsWith('.') && !isOurs(`${name}/`))
  for (const nest of ['nest-11', 'nest-12']) {
    const modules = join(folder, nest, 'node_modules')
    const linked = others.filter((name) => nest === 'nest-12' || name !== '@nestjs')
    await Promise.all(linked.map((name) => symlink(join(installed, name), join(modules, name))))
  }
  await mkdir(join(folder, 'nest-11/node_modules/@nestjs'))
  await symlink(
    join(folder, 'tools/node_modules/nest-11'),
    join(folder, 'nest-11/node_modules/@nestjs/common'),
  )
}
