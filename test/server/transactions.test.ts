import { createRequire } from 'node:module'
import type { Yjs } from '@whereabouts/server'
import { Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import {
  documentEvents,
  getDocument,
  syncDocument,
  TestDocument,
} from 'whereabouts-conformance/document'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { startPlain } from '../servers/plain.js'

/** What a CommonJS application has. */
const otherYjs = createRequire(import.meta.url)('yjs') as Yjs

async function start(settings: Parameters<typeof startPlain>[0] = {}) {
  const server = await startPlain(settings)
  const room = new TestRoom(server.baseUrl)
  return { server, room, rooms: server.whereabouts.rooms }
}

const problem = (name: string) => expect.objectContaining({ problem: name })
const count = (doc: Doc) => doc.getMap<number>('cells').get('count') ?? 0
const increment = (doc: Doc) => doc.getMap('cells').set('count', count(doc) + 1)

async function read(room: TestRoom): Promise<Doc> {
  const doc = new Doc()
  applyUpdate(doc, await getDocument(room))
  return doc
}

describe('transact', () => {
  it('[RS1] posts what a function changed as one update, which readers get', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    await using stream = await room.join(memberKey())
    const returned = await rooms.transact(room.name, (doc, yjs) => {
      doc.getMap('cells').set('list', new yjs.Array())
      doc.getArray('rows').push([1, 2])
      return 'done'
    })
    expect(returned).toBe('done')
    const event = await stream.next('document')
    expect(documentEvents(stream)).toHaveLength(1)
    const seen = new Doc()
    applyUpdate(seen, Buffer.from(event.text, 'base64'))
    expect([seen.getMap('cells').toJSON(), seen.getArray('rows').toJSON()]).toEqual([
      { list: [] },
      [1, 2],
    ])
    expect(encodeStateAsUpdate(await read(room))).toEqual(encodeStateAsUpdate(seen))
  })

  it('[RS1] posts nothing if nothing changes, and creates no document', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const before = (await room.read()).id
    expect(await rooms.transact(room.name, count)).toBe(0)
    expect((await room.read()).id).toBe(before)
    expect(await server.whereabouts.administration.list({ limit: 10 })).toEqual([])
  })

  it('[RS2] posts nothing if the function throws or returns a promise', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const fault = new Error('no apples')
    const fails = (doc: Doc) => {
      increment(doc)
      throw fault
    }
    await expect(rooms.transact(room.name, fails)).rejects.toBe(fault)
    const later = async (doc: Doc) => increment(doc)
    await expect(rooms.transact(room.name, later)).rejects.toThrow(/promise/)
    await expect(rooms.transact(room.name, later)).rejects.toBeInstanceOf(TypeError)
    expect(await rooms.transact(room.name, count)).toBe(0)
    await expect(rooms.transact('..', count)).rejects.toEqual(problem('bad-room'))
  })

  it('[RS3] of one room come one after another, and merge with what others write', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const writer = new TestDocument(room)
    const posts = Array.from({ length: 20 }, async (_, index) => {
      await rooms.transact(room.name, increment)
      await writer.post(`A${index}`)
    })
    await Promise.all([
      ...posts,
      expect(rooms.transact(room.name, (doc) => void increment(doc))).resolves.toBeUndefined(),
    ])
    const cells = (await read(room)).getMap('cells').toJSON()
    expect(cells['count']).toBe(21)
    expect(Object.keys(cells)).toHaveLength(21)
  })

  it('[RS3] stores nothing in a document that is deleted meanwhile', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    await rooms.transact(room.name, increment)
    let deleted: Promise<unknown> | undefined
    const deletes = (doc: Doc) => {
      increment(doc)
      deleted = rooms.deleteDocument(room.name)
    }
    await expect(rooms.transact(room.name, deletes)).rejects.toEqual(problem('document-deleted'))
    expect(await deleted).toBe(true)
    expect(await rooms.transact(room.name, count)).toBe(0)
  })

  it('[RS4] has one client id in each document, and another after a failure', async () => {
    const { server, room, rooms } = await start({ maxUpdateBytes: 1_000, maxArrivingBytes: 1_000 })
    await using _server = server
    const idOf = (doc: Doc) => {
      increment(doc)
      return doc.clientID
    }
    const first = await rooms.transact(room.name, idOf)
    expect(await rooms.transact(room.name, idOf)).toBe(first)
    expect(await rooms.transact('another', idOf)).toBe(first)
    expect([...(await read(room)).store.clients.keys()]).toEqual([first])
    const large = (doc: Doc) => doc.getText('t').insert(0, 'a'.repeat(1_000))
    await expect(rooms.transact(room.name, large)).rejects.toEqual(problem('too-large'))
    expect(await rooms.transact(room.name, idOf)).not.toBe(first)
    expect(await rooms.transact(room.name, count)).toBe(3)
  })

  it('[RS5] works with an application’s own copy of Yjs', async () => {
    const { server, room, rooms } = await start()
    await using _server = server
    const nest = (doc: Doc) => doc.getMap('cells').set('map', new otherYjs.Map())
    await expect(rooms.transact(room.name, nest)).rejects.toThrow()
    await rooms.transact(room.name, nest, { yjs: otherYjs })
    expect((await read(room)).getMap('cells').toJSON()).toEqual({ map: {} })
  })

  it('[RS15] counts in the quotas, and is refused over them', async () => {
    const { server, room, rooms } = await start({ maxStoredBytes: 2_000 })
    await using _server = server
    const write = (doc: Doc) => doc.getText('t').insert(0, 'a'.repeat(2_000))
    await expect(rooms.transact(room.name, write)).rejects.toEqual(problem('storage-full'))
    await rooms.transact(room.name, increment)
    await expect(rooms.copyDocument(room.name, 'b')).resolves.toBe(true)
    await expect(rooms.copyDocument(room.name, 'c')).rejects.toEqual(problem('storage-full'))
    expect(await rooms.transact('c', count)).toBe(0)
  })
})

describe('copyDocument and deleteDocument', () => {
  it('[RS14] copy what a document has, with an owner, and delete it', async () => {
    const entries: unknown[] = []
    const { server, room, rooms } = await start({ audit: (entry) => void entries.push(entry) })
    await using _server = server
    expect(await rooms.copyDocument(room.name, 'copy')).toBe(false)
    expect(await rooms.deleteDocument(room.name)).toBe(false)
    await rooms.transact(room.name, increment)
    await using stream = await new TestRoom(server.baseUrl, 'copy').join(memberKey())
    expect(await rooms.copyDocument(room.name, 'copy', { owner: 'ada' })).toBe(true)
    await stream.next('resync')
    expect(await rooms.transact('copy', count)).toBe(1)
    await rooms.transact('copy', increment)
    expect(await rooms.transact(room.name, count)).toBe(1)
    await expect(rooms.copyDocument(room.name, 'copy')).rejects.toEqual(problem('document-exists'))
    await expect(rooms.copyDocument(room.name, 'd', { owner: '' })).rejects.toEqual(
      problem('bad-parameter'),
    )
    expect(await rooms.deleteDocument('copy')).toBe(true)
    expect(
      (await syncDocument(new TestRoom(server.baseUrl, 'copy'), new Uint8Array())).update,
    ).toHaveLength(2)
    const who = 'application'
    expect(entries).toMatchObject([
      { who, what: 'copy', room: 'copy', from: room.name },
      { who, what: 'delete', room: 'copy' },
    ])
  })
})

describe('a bot', () => {
  it('[RS16] is a member while its application says so', async () => {
    const { server, room, rooms } = await start({ leaseMs: 1_500, heartbeatMs: 100 })
    await using _server = server
    const user = { id: 'bot', name: 'Reviewer' }
    const { self } = await rooms.move(room.name, 'bot', { cell: 'C5' }, user)
    const others = async () => (await rooms.members(room.name)).members
    const online = { id: self, user, location: { cell: 'C5' }, status: 'online' }
    expect(await others()).toMatchObject([online])
    await expect.poll(others).toEqual([])
    const read = new Observable((subscriber) => {
      rooms.events(room.name, { as: 'bot', user }).subscribe(subscriber)
    })
    const subscription = read.subscribe()
    await rooms.move(room.name, 'bot', { cell: 'C5' }, user)
    await using watcher = await room.watch()
    // For longer than a lease.
    expect(await watcher.quiet(20)).toEqual([])
    expect(await others()).toMatchObject([online])
    subscription.unsubscribe()
    await rooms.leave(room.name, 'bot', { user })
    await expect.poll(others, { timeout: 1_000 }).toEqual([])
  })
})
