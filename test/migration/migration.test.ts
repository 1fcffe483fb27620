import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateAsUpdateV2 } from 'yjs'
import { runCommand } from '../servers/command.js'
import { freePort } from '../servers/free-port.js'
import { startRedis } from '../servers/redis.js'
import { size } from '../size.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/** A store of another server, which its own library has written. */
interface Store extends AsyncDisposable {
  readonly place: string
  /** Returns what is in it, and when its files were written. */
  readonly state: () => Promise<unknown>
}

async function newFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-migration-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function write(library: string, place: string): Promise<void> {
  const env = { PATH: process.env['PATH'], PORT: String(await freePort()) }
  const child = spawn(process.execPath, ['write.mjs', library, place], {
    env,
    cwd: HERE,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  expect(await once(child, 'exit')).toEqual([0, null])
}

async function stateOf(folder: string): Promise<unknown> {
  const names = (await readdir(folder)).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      const { mtimeMs, size } = await stat(file)
      const hash = createHash('sha256').update(await readFile(file))
      return [name, mtimeMs, size, hash.digest('hex')]
    }),
  )
}

/** @param file the store's name in its folder, if it is a file */
async function writeFiles(library: string, file?: string): Promise<Store> {
  const folder = await newFolder()
  const place = file === undefined ? folder.path : join(folder.path, file)
  await write(library, place)
  return { ...folder, place, state: () => stateOf(folder.path) }
}

async function writeRedis(): Promise<Store> {
  const redis = await startRedis()
  await write('y-redis', redis.url)
  const state = async () => {
    const keys = (await redis.command('KEYS', '*')) as string[]
    const dumps = keys.toSorted().map((key) => redis.command('LRANGE', key, '0', '-1'))
    return [keys.toSorted(), await Promise.all(dumps)]
  }
  return { place: redis.url, state, [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() }
}

const STORES: readonly (readonly [library: string, create: () => Promise<Store>])[] = [
  ['y-leveldb', () => writeFiles('y-leveldb')],
  ['y-websocket', () => writeFiles('y-websocket')],
  ['hocuspocus', () => writeFiles('hocuspocus', 'documents.sqlite')],
  ['y-redis', writeRedis],
]

/** Runs a command where the library is installed, as in the folder of the former server. */
const run = (args: readonly string[], dataDir: string) =>
  runCommand(args, { WHEREABOUTS_DATA: dataDir }, HERE)

async function textOf(room: string, dataDir: string): Promise<string> {
  const { bytes } = await run(['documents', 'export', room], dataDir)
  const doc = new Doc()
  applyUpdate(doc, bytes)
  return doc.getText('body').toJSON()
}

// At night: one of the libraries is compiled when it is installed.
if (size(false, true)) {
  beforeAll(async () => {
    await promisify(execFile)('npm', ['ci'], { cwd: HERE })
  }, 600_000)

  describe.each(STORES)('a store of %s', (library, create) => {
    it('[MG1] [MG2] [MG3] is imported, and says what was left out, and is as it was', async () => {
      await using store = await create()
      await using data = await newFolder()
      const before = await store.state()
      const migrate = ['documents', 'migrate', library, store.place]

      const dry = await run([...migrate, '--dry-run'], data.path)
      expect(dry.out).toMatch(/^would import minutes$/m)
      expect((await run(['documents', 'list'], data.path)).code).toBe(1)

      const first = await run(migrate, data.path)
      expect(first.out).toMatch(/^imported minutes$/m)
      expect(first.out).toMatch(/^not imported: team\/plan: no room can have this name/m)
      expect([first.code, first.err]).toEqual([1, 'whereabouts: 1 documents were not imported\n'])
      expect(await textOf('minutes', data.path)).toBe('The first minutes')

      const names = join(data.path, 'names.json')
      await writeFile(names, JSON.stringify({ 'team/plan': 'team:plan' }))
      const second = await run([...migrate, '--names', names], data.path)
      expect(second.out).toMatch(/^imported team\/plan as team:plan$/m)
      expect(second.out).toMatch(/^not imported: minutes: .*has a document/m)
      expect(await textOf('team:plan', data.path)).toBe('The first team/plan')
      if (library === 'y-leveldb') {
        expect(second.out).toMatch(/^not imported: nothing: it is empty$/m)
        expect(second.out).toMatch(/^not imported: broken: y-leveldb can't read it/m)
      }

      expect(await store.state()).toEqual(before)
    })
  })

  it('[MG3] a store that isn’t there is named, and nothing is created', async () => {
    await using data = await newFolder()
    const missing = join(data.path, 'missing')
    for (const library of ['y-leveldb', 'hocuspocus']) {
      const { code, err } = await run(['documents', 'migrate', library, missing], data.path)
      expect([code, err]).toEqual([1, expect.stringContaining(missing)])
    }
  })
}

it('[MG3] a damaged document is left out, and those after it are imported', async () => {
  await using redis = await startRedis()
  await using data = await newFolder()
  await redis.command('RPUSH', 'broken:updates', 'no update', 'nor this')
  // An update whose bytes are all ASCII.
  await redis.command('RPUSH', 'minutes:updates', '\x01\x01\x01\0\x04\x01\x04body\x01a\0')
  const { code, out } = await run(['documents', 'migrate', 'y-redis', redis.url], data.path)
  expect(out).toMatch(/^not imported: broken: /m)
  expect(out).toMatch(/^imported minutes$/m)
  expect(out).toMatch(/^imported 1 documents, left out 1$/m)
  expect(code).toBe(1)
  expect(await textOf('minutes', data.path)).toBe('a')
})

it('[MG1] a server that nothing is known of is refused, with those that are', async () => {
  await using data = await newFolder()
  const { code, err } = await run(['documents', 'migrate', 'sharedb', data.path], data.path)
  expect([code, err]).toEqual([
    1,
    expect.stringContaining('y-leveldb, y-websocket, hocuspocus, y-redis'),
  ])
})

it('[AD26 MG4] what isn’t a whole document in the given encoding is refused, and nothing is there', async () => {
  await using data = await newFolder()
  const doc = new Doc()
  doc.getText('body').insert(0, 'words')
  const one = encodeStateAsUpdate(doc)
  const files = {
    two: encodeStateAsUpdateV2(doc),
    cut: one.slice(0, -1),
    more: Uint8Array.from([...one, 0]),
    empty: encodeStateAsUpdate(new Doc()),
    whole: one,
  }
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(join(data.path, `${name}.yjs`), bytes)
  }
  const all = await run(['documents', 'import', '--all', data.path], data.path)
  expect(all).toMatchObject({ code: 1, err: expect.stringContaining('4 documents') as string })
  expect(all.out).toContain('imported whole\n')
  for (const [name, why] of [
    ['two', 'import the file with --v2'],
    ['cut', 'not a whole update'],
    ['more', 'not a whole update'],
    ['empty', 'The document is empty.'],
  ]) {
    const line = expect.stringMatching(
      new RegExp(`^not imported: .*${name}.yjs: .*${why}`),
    ) as string
    expect(all.out.split('\n')).toContainEqual(line)
  }
  const as2 = await run(['documents', 'import', '--all', data.path, '--v2'], data.path)
  expect(as2).toMatchObject({ code: 1, err: expect.stringContaining('4 documents') as string })
  expect(as2.out).toContain('imported two\n')
  expect(as2.out).toMatch(/whole.yjs: it is not in encoding version 2; import it without --v2\n/)
  const list = await run(['documents', 'list', '--json'], data.path)
  expect(list.out.match(/"room":"\w+"/g)).toEqual(['"room":"two"', '"room":"whole"'])
})

it('[MG4] a document in encoding version 2 is imported with --v2', async () => {
  await using data = await newFolder()
  const doc = new Doc()
  doc.getText('body').insert(0, 'version 2')
  const file = join(data.path, 'minutes.yjs')
  await writeFile(file, encodeStateAsUpdateV2(doc))
  const imported = await run(['documents', 'import', 'minutes', file, '--v2'], data.path)
  expect(imported).toMatchObject({ code: 0, out: 'imported minutes\n' })
  expect(await textOf('minutes', data.path)).toBe('version 2')
})
