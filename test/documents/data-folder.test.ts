import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { openStore as openSqlite } from '../../packages/server/src/document/sqlite.js'
import { checkDocuments } from '../../packages/server/src/document/sqlite-file.js'
import { postUpdate } from 'whereabouts-conformance/document'
import { call } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { startApp } from '../servers/nest.js'
import { startServer } from '../servers/standalone.js'
import { openDatabase } from '../servers/database.js'

/** How long the next server waits if the first has no goodbye time. */
const WAIT_MS = 5_000
const DOCUMENTS = 'documents.sqlite'
const PAGE_BYTES = 4_096

/** Makes a folder that is removed at the end of the test. */
function newFolder(): Disposable & {
  readonly path: string
  readonly file: (name: string) => string
} {
  const path = mkdtempSync(join(tmpdir(), 'whereabouts-folder-'))
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Fills a folder with documents of several pages. */
async function fill(folder: string): Promise<void> {
  checkDocuments(folder)
  const store = openSqlite({ dataDir: folder })
  for (let count = 0; count < 20; count++) {
    const names = { incarnation: '0-x', begins: '.0', roomName: `room-${count}` }
    await store.append([{ ...names, bytes: Buffer.alloc(2 * PAGE_BYTES, count) }])
  }
  await store.close()
  checkpoint(folder)
}

/** Writes everything in SQLite's log to the file. */
function checkpoint(folder: string): void {
  const database = openDatabase(join(folder, DOCUMENTS))
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

/** Overwrites some pages of a file, starting with one page. */
function overwrite(file: string, page: number, pages: number): void {
  const descriptor = openSync(file, 'r+')
  const bytes = pages * PAGE_BYTES
  writeSync(descriptor, Buffer.alloc(bytes, 'Z'), 0, bytes, page * PAGE_BYTES)
  closeSync(descriptor)
}

function textUpdate(text: string): Uint8Array {
  const doc = new Doc()
  doc.getText('page').insert(0, text)
  return encodeStateAsUpdate(doc)
}

describe('one data folder, one server', () => {
  it('[OP1 OP9] a second server waits, then refuses to start and names the first', async () => {
    using folder = newFolder()
    await using first = await startServer({ dataDir: folder.path })
    const sinceMs = performance.now()
    const refused = await startServer({ dataDir: folder.path }).catch(String)
    expect(performance.now() - sinceMs).toBeGreaterThan(WAIT_MS)
    expect(refused).toContain('the server ended with 1')
    const belongs = `the data folder ${folder.path} belongs to process ${first.pid} on `
    expect(refused).toContain(belongs)
    expect(refused).toMatch(/since \d{4}-\d\d-\d\dT/)
    await new TestRoom(first.baseUrl).move(memberKey(), 'A1')
  })

  it('[OP9] the next server takes over from one that is draining', async () => {
    using folder = newFolder()
    const first = await startServer({ dataDir: folder.path, goodbyeMs: 1_000 })
    await using stream = await new TestRoom(first.baseUrl).join(memberKey())
    const next = startServer({ dataDir: folder.path, goodbyeMs: 1_000 })
    const stopped = first.stop()
    await stream.next('goodbye')
    await stream.close()
    await stopped
    await using second = await next
    await new TestRoom(second.baseUrl).move(memberKey(), 'A1')
  })

  it('[OP2] a server that was killed leaves no lock', async () => {
    using folder = newFolder()
    const first = await startServer({ dataDir: folder.path })
    await first.kill()
    const sinceMs = performance.now()
    await using second = await startServer({ dataDir: folder.path })
    expect(performance.now() - sinceMs).toBeLessThan(WAIT_MS)
    expect(second.output()).not.toContain('waiting for the data folder')
  })

  it('[OP1] two applications in one process can’t share a folder until the first is closed', async () => {
    using folder = newFolder()
    const start = () =>
      startApp('express', { imports: [WhereaboutsModule.forRoot({ dataDir: folder.path })] })
    const first = await start()
    await expect(start()).rejects.toThrow(`belongs to process ${process.pid}`)
    await first.stop()
    await using _second = await start()
  })
})

it('[OP3] files in the folder are readable by its owner only, whatever the umask or their earlier mode', async () => {
  using folder = newFolder()
  const code = `import { isMainThread } from 'node:worker_threads'
    if (isMainThread) process.umask(0)`
  const umask = [`--import=data:text/javascript,${encodeURIComponent(code)}`]
  const rights = () =>
    readdirSync(folder.path).map((name) => [name, statSync(folder.file(name)).mode & 0o777])
  for (let start = 0; start < 2; start++) {
    await using server = await startServer({ dataDir: folder.path }, 0, umask)
    const room = new TestRoom(server.baseUrl)
    await postUpdate(room, textUpdate('hello'))
    const names = rights().map(([name]) => name)
    expect(names).toEqual(expect.arrayContaining(['secret', 'lock.sqlite', DOCUMENTS]))
    expect(names).toContain(`${DOCUMENTS}-wal`)
    for (const [name, mode] of rights()) expect([name, mode]).toEqual([name, 0o600])
    await server.stop()
    for (const [name] of rights()) chmodSync(folder.file(String(name)), 0o666)
  }
})

const DAMAGES: Readonly<Record<string, (file: string) => void>> = {
  'is empty': (file) => truncateSync(file, 0),
  'has lost most of its header': (file) => truncateSync(file, 50),
  'has lost its end': (file) => truncateSync(file, 5 * PAGE_BYTES),
  'is overwritten in the middle': (file) => overwrite(file, 3, 8),
  'is not a database': (file) => writeFileSync(file, 'these are my notes '.repeat(100)),
  'is a database of another application': (file) => {
    rmSync(file)
    const database = openDatabase(file)
    database.exec('CREATE TABLE notes (text TEXT)')
    database.close()
  },
  'is missing while its log exists': (file) => {
    rmSync(file)
    writeFileSync(`${file}-wal`, 'log')
  },
}

describe('[OP4] a documents file is refused and left unchanged if it', () => {
  it.each(Object.entries(DAMAGES))('%s', async (_, damage) => {
    using folder = newFolder()
    await fill(folder.path)
    const file = folder.file(DOCUMENTS)
    damage(file)
    const read = () => statSync(file, { throwIfNoEntry: false }) && readFileSync(file)
    const before = read()
    expect(() => checkDocuments(folder.path)).toThrow(`${file} is damaged: `)
    expect(() => checkDocuments(folder.path)).toThrow('Restore it from a backup')
    expect(read()).toEqual(before)
  })
})

const UNUSABLE: Readonly<
  Record<string, (folder: ReturnType<typeof newFolder>) => readonly [dataDir: string, says: string]>
> = {
  'whose documents are damaged': ({ path, file }) => {
    writeFileSync(file(DOCUMENTS), '')
    return [path, 'is damaged: it has 0 bytes']
  },
  'with a folder in place of the documents file': ({ path, file }) => {
    mkdirSync(file(DOCUMENTS))
    return [path, 'documents.sqlite is not a file. Move it elsewhere.']
  },
  'whose lock file is not a database': ({ path, file }) => {
    writeFileSync(file('lock.sqlite'), 'notes '.repeat(100))
    return [path, 'lock.sqlite is damaged. Delete it']
  },
  'that is a file': ({ file }) => {
    writeFileSync(file('notes'), '')
    return [file('notes'), 'Use a folder, not a file.']
  },
  'that can’t be created': () => ['/sys/whereabouts', "Let the server's user write"],
}

describe('[OP4] a server does not start on a data folder', () => {
  it.each(Object.entries(UNUSABLE))('%s', async (_, spoil) => {
    using folder = newFolder()
    const [dataDir, says] = spoil(folder)
    const refused = await startServer({ dataDir }).catch(String)
    expect(refused).toContain('the server ended with 1')
    expect(refused).toContain(says)
  })

  it('on a full disk', async () => {
    using folder = newFolder()
    const main = join(import.meta.dirname, '../../apps/standalone/dist/main.js')
    // Limits the size of files, which fails like a full disk.
    const child = spawn('bash', ['-c', `ulimit -f 1; exec "${process.execPath}" "${main}"`], {
      env: { PATH: process.env['PATH'], PORT: '0', WHEREABOUTS_DATA: folder.path },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    expect(code).toBe(1)
    expect(said).toContain(`the data folder ${folder.path} can't be used`)
    expect(said).toContain('The disk is full or has failed')
  })
})

const LATER: Readonly<Record<string, (file: string) => void>> = {
  'the pages of the file': (file) => {
    const pages = statSync(file).size / PAGE_BYTES
    overwrite(file, 3, pages - 3)
  },
  'the content of a document': (file) => {
    const database = openDatabase(file)
    database.exec("UPDATE updates SET bytes = x'ffffffffff'")
    database.close()
  },
}

describe('[OP5 DO35] damage found later is answered with store-failed, not with an empty document:', () => {
  it.each(Object.entries(LATER))('%s', async (_, damage) => {
    using folder = newFolder()
    const first = await startServer({ dataDir: folder.path })
    const before = new TestRoom(first.baseUrl)
    const update = textUpdate('a text of some length '.repeat(2_000))
    expect(await postUpdate(before, update)).toMatchObject({ status: 200 })
    await first.stop()
    checkpoint(folder.path)
    await using server = await startServer({ dataDir: folder.path })
    damage(folder.file(DOCUMENTS))
    const room = new TestRoom(server.baseUrl, before.name)
    const answer = await call(room.url('document'))
    expect(answer).toMatchObject({ status: 503 })
    expect(answer.text).toContain('store-failed')
    // The log may arrive later than the answer.
    await expect.poll(() => server.output()).toContain('the document store fails')
    // The damaged document isn't overwritten either.
    expect(await postUpdate(room, textUpdate('new'))).toMatchObject({ status: 503 })
    expect(await call(`${server.baseUrl}/health/live`)).toMatchObject({ status: 200 })
  })
})
