import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Access } from '@whereabouts/protocol'
import type { RoomRecord } from '@whereabouts/server'
import { openReader } from '@whereabouts/server/operate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postUpdate, syncDocument, TestDocument } from 'whereabouts-conformance/document'
import { callJson, expectProblem } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { runCommand } from '../servers/command.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'
import { startServer } from '../servers/standalone.js'
import { openDatabase } from '../servers/database.js'

const NOTHING = new Uint8Array()
const SECRET_TEXT = 'what nobody may read again'

async function newFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-command-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Reads every file of a data folder. */
function contentsOf(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.startsWith('documents'))
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('')
}

const auditOf = (folder: string) =>
  readFileSync(join(folder, 'audit.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { what: string; who: string; room?: string })

const cellsOf = async (room: TestRoom) => (await new TestDocument(room).fetch()).cells

describe('commands beside a server', () => {
  it('[AD7 AD14] list, export, delete and import its documents', async () => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: folder.path }
    await using server = await startServer({ dataDir: folder.path })
    const [one, two] = ['one', 'two'].map((name) => new TestRoom(server.baseUrl, name)) as [
      TestRoom,
      TestRoom,
    ]
    const writer = new TestDocument(one)
    await writer.post('A1', SECRET_TEXT)
    await new TestDocument(two).post('B1')
    expect((await runCommand(['documents', 'list'], at)).out).toMatch(
      /^one\t\d+ bytes\tused \d{4}-\d\d-\d\d\ntwo\t/,
    )
    const listed = (await runCommand(['documents', 'list', '--json'], at)).out.trim().split('\n')
    expect(listed.map((line) => (JSON.parse(line) as { room: string }).room)).toEqual([
      'one',
      'two',
    ])
    const exported = await runCommand(['documents', 'export', 'one'], at)
    expect(new TestDocument(one).take(exported.bytes).cells).toEqual({ A1: SECRET_TEXT })

    await using stream = await one.watch()
    expect(await runCommand(['documents', 'delete', 'one'], at)).toMatchObject({ code: 0 })
    expect((await stream.next('problem')).data).toMatchObject({ status: 410 })
    await stream.ended
    expect(await cellsOf(one)).toEqual({})
    expect(await cellsOf(two)).toEqual({ B1: 'B1' })
    expect(contentsOf(folder.path)).not.toContain(SECRET_TEXT)
    const { incarnation } = await syncDocument(one, NOTHING)
    expect(incarnation).toBe('.1')
    const late = await postUpdate(one, writer.write('A2'), {}, { incarnation: '0' })
    expectProblem(late, 'document-deleted')
    expect(await runCommand(['documents', 'delete', 'one'], at)).toMatchObject({
      code: 1,
      err: 'whereabouts: the room one has no document\n',
    })

    const file = join(folder.path, 'one.yjs')
    writeFileSync(file, exported.bytes)
    expect(await runCommand(['documents', 'import', 'one', file], at)).toMatchObject({ code: 0 })
    expect(await cellsOf(one)).toEqual({ A1: SECRET_TEXT })
    const again = await runCommand(['documents', 'import', 'one', file], at)
    expect(again).toMatchObject({ code: 1 })
    expect(again.err).toContain('has a document already')
    expect(auditOf(folder.path)).toMatchObject([
      { what: 'export', who: 'operator', room: 'one', bytes: exported.bytes.byteLength },
      { what: 'delete', who: 'operator', room: 'one' },
      { what: 'import', who: 'operator', room: 'one' },
    ])
    expect(statSync(join(folder.path, 'audit.jsonl')).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder.path, 'commands.sock')).mode & 0o777).toBe(0o600)
  })

  it('[AD17] give a document to an owner, with a login by a proxy', async () => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: folder.path }
    {
      await using open = await startServer({ dataDir: folder.path })
      await new TestDocument(new TestRoom(open.baseUrl, 'one')).post('A1')
    }
    await using server = await startServer({ dataDir: folder.path }, 0, [], {
      WHEREABOUTS_AUTH: 'proxy',
      WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1',
    })
    const mayOf = async (user: string) => {
      const headers = { 'x-forwarded-user': user }
      const url = new TestRoom(server.baseUrl, 'one').url('access')
      return (await callJson(url, { headers })) as unknown as { can: string[]; access?: Access }
    }
    expect((await mayOf('ada')).can).not.toContain('manage')
    const owner = (user: string) => runCommand(['documents', 'owner', 'one', user], at)
    expect(await owner('ada')).toMatchObject({ code: 0, out: 'one belongs to ada\n', err: '' })
    expect((await mayOf('ada')).can).toContain('manage')
    expect(await owner('ben')).toMatchObject({ code: 0 })
    expect((await mayOf('ada')).can).not.toContain('manage')
    expect((await mayOf('ben')).access).toMatchObject({
      owner: 'ben',
      users: { ada: { role: 'editor' } },
    })
    expect(await runCommand(['documents', 'owner', 'nothing', 'ada'], at)).toMatchObject({
      code: 1,
      err: 'whereabouts: the room nothing has no document\n',
    })
    expect((await runCommand(['documents', 'owner', 'one'], at)).err).toContain('the id of a user')
    expect((await owner('a'.repeat(256))).err).toContain('1 to 255 characters')
    expect(auditOf(folder.path)).toMatchObject([
      { what: 'owner', who: 'operator', room: 'one' },
      { what: 'owner', who: 'operator', room: 'one' },
    ])
  })

  it('[AD12 AD13] back up during writes, and restore', async () => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: folder.path }
    const server = await startServer({ dataDir: folder.path })
    const room = new TestRoom(server.baseUrl, 'one')
    const writer = new TestDocument(room)
    await writer.post('A1', 'before')
    const writing = new AbortController()
    const busy = (async () => {
      for (let row = 1; !writing.signal.aborted; row++) await writer.post(`B${row}`)
    })()
    const file = join(folder.path, 'copy.sqlite')
    expect(await runCommand(['backup', file], at)).toMatchObject({ code: 0, err: '' })
    writing.abort()
    await busy
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await runCommand(['backup', file], at)).toMatchObject({ code: 1 })
    const refused = await runCommand(['restore', file], at)
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('Stop that server first')
    await server.stop()

    const damaged = join(folder.path, 'damaged.sqlite')
    writeFileSync(damaged, readFileSync(file).subarray(0, 5_000))
    const bad = await runCommand(['restore', damaged], at)
    expect(bad.code).toBe(1)
    expect(bad.err).toContain(`whereabouts: ${damaged} isn't a whole backup: `)
    expect(bad.err).toContain('. Nothing was changed.\n')
    expect(bad.err).not.toContain('.restored')
    expect(existsSync(join(folder.path, 'documents.sqlite.restored'))).toBe(false)
    const restored = await runCommand(['restore', file], at)
    expect(restored).toMatchObject({ code: 0 })
    expect(auditOf(folder.path).map(({ what }) => what)).toEqual(['backup', 'restore'])
    expect(restored.out).toMatch(/what was there is in .*documents\.sqlite\.\d{4}/)
    await using next = await startServer({ dataDir: folder.path })
    expect(await cellsOf(new TestRoom(next.baseUrl, 'one'))).toMatchObject({ A1: 'before' })
  })
})

describe('commands without a server', () => {
  it('[AD10 AD14 AD22 CM9] migrate all documents from SQLite to PostgreSQL', async () => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: folder.path }
    const rooms = ['one', 'two', '.three', 'a:b~c']
    let viewLink: string | undefined
    {
      await using server = await startServer({ dataDir: folder.path })
      for (const name of rooms)
        await new TestDocument(new TestRoom(server.baseUrl, name)).post('A1', name)
      await new TestDocument(new TestRoom(server.baseUrl, 'comments~two')).post('A1', 'a comment')
      const json = { revision: 0, viewLink: true }
      const answer = await callJson(new TestRoom(server.baseUrl, 'empty').url('access'), { json })
      ;({ viewLink } = (answer as unknown as { access: Access }).access)
    }
    const link = `view~${'a'.repeat(32)}`
    const json = JSON.stringify({ owner: 'ada', users: {}, viewLink: link })
    const record = { json, link, owner: 'ada' }
    putRecord(folder.path, 'two', record)
    const all = join(folder.path, 'all')
    expect((await runCommand(['documents', 'export', '--all', all], at)).out).toContain('wrote 5')
    const modes = [all, ...readdirSync(all).map((name) => join(all, name))].map(
      (path) => statSync(path).mode & 0o077,
    )
    expect(modes.length).toBeGreaterThan(5)
    expect(modes.filter((mode) => mode !== 0)).toEqual([])
    expect(auditOf(folder.path).map(({ what }) => what)).toEqual(['export all'])
    const database = { ...at, DATABASE_URL: await postgres.newDatabase() }
    const imported = await runCommand(['documents', 'import', '--all', all], database)
    // On a busy machine it says that it waits for PostgreSQL. OP8
    expect(imported).toMatchObject({
      code: 0,
      out: expect.stringContaining('imported two') as string,
    })
    await using server = await startServer({ databaseUrl: database.DATABASE_URL })
    for (const name of rooms) {
      expect(await cellsOf(new TestRoom(server.baseUrl, name))).toEqual({ A1: name })
    }
    const comments = new TestRoom(server.baseUrl, 'comments~two')
    expect(await cellsOf(comments)).toEqual({ A1: 'a comment' })
    const store = await openReader({ databaseUrl: database.DATABASE_URL })
    expect(await store.getRecord('two')).toMatchObject(record)
    expect(await store.getRecord('one')).toBeUndefined()
    expect(await store.getRecord('empty')).toMatchObject({ link: viewLink })
    expect(await store.read('empty')).toBeUndefined()
    await store.close()
    const twice = await runCommand(['documents', 'import', '--all', all], database)
    expect(twice.code).toBe(1)
    expect(twice.err).toContain('5 documents were not imported')
    for (const command of ['backup', 'restore']) {
      const refused = await runCommand([command, join(folder.path, 'x')], database)
      expect(refused.code).toBe(1)
      expect(refused.err).toMatch(/pg_(dump|restore) --/)
    }
  })

  it('name the file that is missing or wrong', async () => {
    await using folder = await newFolder()
    const [nope, junk] = [join(folder.path, 'nope'), join(folder.path, 'junk.yjs')]
    writeFileSync(junk, 'junk')
    for (const [args, says] of [
      [['restore', nope], `there is no file ${nope}\n`],
      [['restore', junk], `${junk} isn't a whole backup: it has 4 bytes. Nothing was changed.\n`],
      [['documents', 'import', '--all', nope], `there is no file or folder ${nope}\n`],
      [['documents', 'import', 'q', nope], `there is no file or folder ${nope}\n`],
      [['documents', 'import', 'q', junk], `${junk}: `],
    ] as const) {
      const ran = await runCommand(args, { WHEREABOUTS_DATA: folder.path })
      expect(ran.code, args.join(' ')).toBe(1)
      expect(ran.err).toContain(`whereabouts: ${says}`)
    }
  })

  it('print their usage and errors', async () => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: join(folder.path, 'nowhere') }
    const usage = await runCommand(['--help'], at)
    expect(usage).toMatchObject({ code: 0 })
    expect(usage.out).toContain('WHEREABOUTS_SECRET')
    expect(await runCommand(['documents', 'lsit'], at)).toMatchObject({
      code: 2,
      out: usage.out,
      err: 'whereabouts: there is no command "documents lsit"\n',
    })
    for (const [args, says] of [
      [['documents', 'list'], 'there are no documents in'],
      [['documents', 'export'], 'say the name of a room'],
      [['backup', join(folder.path, 'copy')], 'is not there'],
      [['retention'], 'say an age'],
      [['retention', '--older-than', '1y'], 'say an age in days'],
      [['retention', '--older-than', '0d'], 'at least 1d'],
      [['documents', 'list', '--wrong'], '--wrong'],
    ] as const) {
      const ran = await runCommand(args, at)
      expect(ran.code, args.join(' ')).toBe(1)
      expect(ran.err).toContain(says)
    }
    expect(readdirSync(folder.path)).toEqual([])
  })
})

/** A process whose hours, by its timers, take a moment. */
const SHORT_HOUR = preload(
  'const after = setTimeout; globalThis.setTimeout = (call, ms, ...args) => after(call, ms === 3_600_000 ? 200 : ms, ...args)',
)

describe('retention', () => {
  it('[AD6 AD11] deletes unused documents, by a command or automatically', async () => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: folder.path }
    {
      await using server = await startServer({ dataDir: folder.path })
      for (const name of ['old', 'new'])
        await new TestDocument(new TestRoom(server.baseUrl, name)).post('A1')
    }
    age(folder.path, 'old', 100)
    const command = ['retention', '--older-than', '99d']
    const dry = await runCommand([...command, '--dry-run'], at)
    expect(dry.out).toBe('old\nwould delete 1 documents\n')
    expect((await runCommand(['retention', '--older-than', '101d'], at)).out).toContain('deleted 0')
    expect((await runCommand(command, at)).out).toBe('old\ndeleted 1 documents\n')
    {
      await using server = await startServer({ dataDir: folder.path })
      await new TestDocument(new TestRoom(server.baseUrl, 'newest')).post('A1')
    }
    age(folder.path, 'new', 31)
    await using server = await startServer(
      { dataDir: folder.path, retentionDays: 30 },
      0,
      SHORT_HOUR,
    )
    // To look at it would be a use.
    await expect
      .poll(() => auditOf(folder.path))
      .toMatchObject([
        { what: 'retention', who: 'operator', room: 'old' },
        { what: 'retention', who: 'retention', room: 'new' },
      ])
    expect(await cellsOf(new TestRoom(server.baseUrl, 'new'))).toEqual({})
  })

  it('[AD24] deletes nothing when the clock is ahead, and says so', async () => {
    await using folder = await newFolder()
    const settings = { dataDir: folder.path, retentionDays: 365 }
    {
      await using server = await startServer(settings)
      await new TestDocument(new TestRoom(server.baseUrl, 'new')).post('A1')
    }
    {
      const ahead = `const { now } = Date; Date.now = () => now() + ${400 * 86_400_000}`
      await using server = await startServer(settings, 0, [...SHORT_HOUR, ...preload(ahead)])
      await expect.poll(() => server.output()).toContain('its clock is ahead')
    }
    await using server = await startServer(settings)
    expect(await cellsOf(new TestRoom(server.baseUrl, 'new'))).toEqual({ A1: 'A1' })
  })

  it('[AD25] keeps what was used by a clock that wasn’t set', async () => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: folder.path }
    {
      await using server = await startServer({ dataDir: folder.path })
      await new TestDocument(new TestRoom(server.baseUrl, 'new')).post('A1')
    }
    age(folder.path, 'new', Date.now() / 86_400_000)
    const command = ['retention', '--older-than', '99d']
    expect((await runCommand(command, at)).out).toBe('deleted 0 documents\n')
  })

  it('[AD11] keeps a document whose room has members', async () => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: folder.path }
    await using server = await startServer({ dataDir: folder.path })
    const room = new TestRoom(server.baseUrl, 'old')
    await new TestDocument(room).post('A1')
    age(folder.path, 'old', 100)
    const stream = await room.watch()
    const command = ['retention', '--older-than', '99d']
    expect((await runCommand(command, at)).out).toBe('deleted 0 documents\n')
    await stream.close()
    await expect.poll(async () => (await runCommand(command, at)).out).toContain('deleted 1')
  })
})

/** The options of a process that runs this first. */
function preload(script: string): string[] {
  return ['--import', `data:text/javascript,${encodeURIComponent(script)}`]
}

function putRecord(folder: string, room: string, { json, link, owner }: RoomRecord): void {
  const database = openDatabase(join(folder, 'documents.sqlite'))
  const put = 'INSERT INTO records (room, revision, json, link, owner) VALUES (?, 1, ?, ?, ?)'
  database.prepare(put).run(room, json, link!, owner!)
  database.close()
}

/** Sets the last use of a document to some days ago. */
function age(folder: string, room: string, days: number): void {
  const database = openDatabase(join(folder, 'documents.sqlite'))
  const used = Date.now() - days * 86_400_000
  database.prepare('UPDATE documents SET used = ? WHERE room = ?').run(used, room)
  database.close()
}

let postgres: RunningPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())
