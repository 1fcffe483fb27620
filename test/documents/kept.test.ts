import type { WhereaboutsOptions } from '@whereabouts/server'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accepted, getDocument, postUpdate } from 'whereabouts-conformance/document'
import { call, expectProblem } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import {
  applyUpdate,
  createDocFromSnapshot,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  snapshot,
} from 'yjs'
import { newPlace, type Place } from '../nodes/place.js'
import { type RunningPlain, startPlain } from '../servers/plain.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'

const KEPT = { keepDeleted: ['kept-*', 'minutes'] } as const
/** As many posts as make a log long, so that it is compacted while people edit. */
const LONG = 320

let postgres: RunningPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

/** An editor as most have it: what it deletes, it forgets. */
class Editor {
  readonly doc = new Doc()

  constructor(private readonly room: TestRoom) {}

  get text() {
    return this.doc.getText('body')
  }

  /** Makes an edit, and posts it. */
  async edit(change: () => void): Promise<void> {
    const before = encodeStateVector(this.doc)
    change()
    accepted(await postUpdate(this.room, encodeStateAsUpdate(this.doc, before)))
  }

  /** Others type and this one deletes it all, until the server compacts the document. */
  async editMuch(server: RunningPlain): Promise<void> {
    const before = await compactions(server)
    const typos = Array.from({ length: LONG }, (_, count) => typed(`typo ${count} `))
    const answers = await Promise.all(typos.map((update) => postUpdate(this.room, update)))
    for (const answer of answers) accepted(answer)
    for (const update of typos) applyUpdate(this.doc, update)
    await this.edit(() => this.text.delete(0, this.text.length))
    await expect.poll(() => compactions(server)).toBeGreaterThan(before)
  }
}

function typed(text: string): Uint8Array {
  const doc = new Doc()
  doc.getText('body').insert(0, text)
  return encodeStateAsUpdate(doc)
}

async function compactions({ baseUrl }: RunningPlain): Promise<number> {
  const { text } = await call(`${baseUrl}/metrics`)
  return Number(/^whereabouts_document_compactions_total (\d+)$/m.exec(text)?.[1] ?? 0)
}

/** Returns the text as it was, as somebody sees it who has only what the server has. */
async function textAt(room: TestRoom, moment: ReturnType<typeof snapshot>): Promise<string> {
  const doc = new Doc({ gc: false })
  applyUpdate(doc, await getDocument(room))
  return createDocFromSnapshot(doc, moment).getText('body').toJSON()
}

async function newStore(kind: 'SQLite' | 'PostgreSQL') {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-kept-'))
  const options: WhereaboutsOptions =
    kind === 'SQLite'
      ? { dataDir: folder }
      : { databaseUrl: await postgres.newDatabase(), secret: 'a secret for both of them' }
  const end = () => rm(folder, { recursive: true, force: true })
  return { options, [Symbol.asyncDispose]: end }
}

describe.each(['SQLite', 'PostgreSQL'] as const)('a document in %s', (kind) => {
  it('[GC1] [GC2] shows what was deleted, after compactions, and by a server with another setting', async () => {
    await using store = await newStore(kind)
    const first = await startPlain({ ...store.options, ...KEPT })
    const room = new TestRoom(first.baseUrl, 'kept-1')
    const editor = new Editor(room)
    await editor.edit(() => editor.text.insert(0, 'as it was'))
    const moment = snapshot(editor.doc)
    await editor.editMuch(first)
    expect(await textAt(room, moment)).toBe('as it was')
    await first.stop()
    await using second = await startPlain(store.options)
    const again = new TestRoom(second.baseUrl, room.name)
    expect(await textAt(again, moment)).toBe('as it was')
    const other = new Editor(again)
    applyUpdate(other.doc, await getDocument(again))
    await other.edit(() => other.text.insert(0, 'later'))
    const later = snapshot(other.doc)
    await other.editMuch(second)
    expect([await textAt(again, moment), await textAt(again, later)]).toEqual([
      'as it was',
      'later',
    ])
  })

  it('[GC1] drops what was deleted in any other room', async () => {
    await using store = await newStore(kind)
    await using server = await startPlain({ ...store.options, ...KEPT })
    const room = new TestRoom(server.baseUrl, 'minutes-2')
    const editor = new Editor(room)
    await editor.edit(() => editor.text.insert(0, 'as it was'))
    const moment = snapshot(editor.doc)
    await editor.editMuch(server)
    expect((await getDocument(room)).toString('latin1')).not.toContain('as it was')
    expect(await textAt(room, moment)).not.toContain('as it was')
  })
})

it('[GC3] what is kept counts in the limit of the document', async () => {
  await using server = await startPlain({ ...KEPT, maxDocumentBytes: 20_000 })
  const filled = async (name: string) => {
    const room = new TestRoom(server.baseUrl, name)
    const doc = new Doc()
    for (let count = 0; count < 10; count++) {
      const before = encodeStateVector(doc)
      const text = doc.getText('body')
      text.insert(0, 'x'.repeat(5_000))
      const typed = await postUpdate(room, encodeStateAsUpdate(doc, before))
      if (typed.status !== 200) return typed
      text.delete(0, text.length)
      accepted(await postUpdate(room, encodeStateAsUpdate(doc, encodeStateVector(doc))))
    }
    return undefined
  }
  expectProblem((await filled('minutes'))!, 'document-full')
  expect(await filled('other')).toBeUndefined()
})

describe('two nodes', () => {
  let place: Place
  beforeAll(async () => {
    place = await newPlace()
  })
  afterAll(() => place[Symbol.asyncDispose]())

  it('[GC2] with different settings both keep what is deleted, even if the document was loaded before', async () => {
    const node = async (options: WhereaboutsOptions = {}) => {
      const server = await startPlain({ ...place.settings, ...options })
      await expect.poll(() => server.whereabouts.rooms.isShared).toBe(true)
      return server
    }
    await using keeps = await node(KEPT)
    await using doesNot = await node()
    const there = new TestRoom(doesNot.baseUrl, 'kept-both')
    const here = new TestRoom(keeps.baseUrl, there.name)
    await getDocument(there)
    const editor = new Editor(here)
    await editor.edit(() => editor.text.insert(0, 'as it was'))
    const moment = snapshot(editor.doc)
    // The document has its first snapshot then.
    await expect.poll(() => compactions(keeps)).toBe(1)
    const other = new Editor(there)
    applyUpdate(other.doc, await getDocument(there))
    for (let count = 0; count < 2; count++) await other.editMuch(doesNot)
    await using third = await node()
    expect(await textAt(new TestRoom(third.baseUrl, there.name), moment)).toBe('as it was')
    expect(await textAt(here, moment)).toBe('as it was')
  })
})
