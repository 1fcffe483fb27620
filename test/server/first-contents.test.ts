import type { IncomingMessage } from 'node:http'
import type { Json } from '@whereabouts/protocol'
import { type FirstContent, type OnLoadDocument, sharedAccess } from '@whereabouts/server'
import { describe, expect, it } from 'vitest'
import {
  getDocument,
  postUpdate,
  syncDocument,
  TestDocument,
} from 'whereabouts-conformance/document'
import { callJson, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { convertUpdateFormatV1ToV2, Doc, encodeStateAsUpdate } from 'yjs'
import { startPlain } from '../servers/plain.js'

const NOTHING = new Uint8Array()
const BY_USER = {
  authenticate: ({ headers }: IncomingMessage) => ({ id: String(headers['x-user']) }),
  authorize: sharedAccess,
}
const as = (user: string) => ({ headers: { 'x-user': user } })
/** For a document that is empty. */
const EMPTY = [0, 0]

/** Returns first content; each call makes other bytes, which would double it. */
function content(owner?: string): FirstContent {
  const doc = new Doc()
  doc.getArray('cells').push(['first'])
  return { update: encodeStateAsUpdate(doc), owner }
}

/** What is in a document that began with {@link content}. */
async function rowsOf(room: TestRoom): Promise<unknown> {
  const { doc } = new TestDocument(room).take(await getDocument(room))
  return doc.getArray('cells').toJSON()
}

async function start(
  onLoadDocument: OnLoadDocument,
  settings: Parameters<typeof startPlain>[0] = {},
) {
  const asked: string[] = []
  const server = await startPlain({
    onLoadDocument: (roomName) => {
      asked.push(roomName)
      return onLoadDocument(roomName)
    },
    ...settings,
  })
  const room = new TestRoom(server.baseUrl)
  return { server, room, asked, rooms: server.whereabouts.rooms }
}

describe('onLoadDocument', () => {
  it('[RS6] gives a document its first content, once for all who open it', async () => {
    const { server, room, asked } = await start(async () => content())
    await using _server = server
    await using stream = await room.join(memberKey())
    const opening = Array.from({ length: 10 }, async (_, index) => {
      if (index % 2 === 0) return (await syncDocument(room, NOTHING)).update
      return new Uint8Array(await getDocument(room))
    })
    const [first, ...others] = await Promise.all(opening)
    expect(new TestDocument(room).take(first!).doc.getArray('cells').toJSON()).toEqual(['first'])
    for (const other of others) expect([...other]).toEqual([...first!])
    expect(asked).toEqual([room.name])
    await stream.next('resync')
    await new TestDocument(room).post('A1')
    expect(await rowsOf(room)).toEqual(['first'])
    expect(asked).toHaveLength(1)
  })

  it('[RS6] comes before a write that reads nothing before, and before a transaction', async () => {
    const { server, room, rooms } = await start(() => content())
    await using _server = server
    await new TestDocument(room).post('A1')
    expect(await rowsOf(room)).toEqual(['first'])
    expect(await rooms.transact('other', (doc) => doc.getArray('cells').toJSON())).toEqual([
      'first',
    ])
  })

  it('[RS6] gives the next document its content after a document is deleted', async () => {
    const { server, room, rooms, asked } = await start(() => content())
    await using _server = server
    expect(await rowsOf(room)).toEqual(['first'])
    expect(await rooms.deleteDocument(room.name)).toBe(true)
    expect(await rowsOf(room)).toEqual(['first'])
    expect(asked).toHaveLength(2)
  })

  it('[RS6] leaves a room with a record alone', async () => {
    const { server, room } = await start(() => content())
    await using _server = server
    await callJson(room.url('access'), { json: { revision: 0, viewLink: true } })
    expect([...(await getDocument(room))]).toEqual(EMPTY)
  })

  it('[RS7] says who owns the document', async () => {
    const { server, room: owned } = await start(
      (name) => content(name === 'free' ? undefined : 'ben'),
      BY_USER,
    )
    await using _server = server
    const free = new TestRoom(server.baseUrl, 'free')
    for (const room of [owned, free]) {
      const update = new TestDocument(room).write('A1')
      expect(await postUpdate(room, update, as('ada').headers)).toMatchObject({ status: 200 })
      await expectRefused('forbidden', room.url('document'), { method: 'DELETE', ...as('ada') })
    }
    const { access } = (await callJson(owned.url('access'), as('ben'))) as { readonly access: Json }
    expect(access).toMatchObject({ owner: 'ben' })
    await expectRefused('forbidden', free.url('document'), { method: 'DELETE', ...as('ben') })
  })

  it('[RS17] is not for a reader whom its record forbids it, though it made the server ask', async () => {
    const { server } = await start(() => content('ben'), { ...BY_USER, linkGives: 'nothing' })
    await using _server = server
    const type = { 'content-type': 'application/octet-stream' }
    for (const [address, asked] of [
      ['document', {}],
      ['document/sync', { method: 'POST', body: NOTHING }],
    ] as const) {
      const room = new TestRoom(server.baseUrl)
      const opened = (user: string) =>
        fetch(room.url(address), { ...asked, headers: { ...type, ...as(user).headers } })
      const all = await Promise.all([opened('eve'), opened('ben'), opened('eve')])
      expect(all.map(({ status }) => status)).toEqual([403, 200, 403])
      expect((await opened('eve')).status).toBe(403)
    }
  })

  it('[RS18] may be empty, and says who owns the document all the same', async () => {
    const update = encodeStateAsUpdate(new Doc())
    const { server, room, asked } = await start(() => ({ update, owner: 'ben' }), BY_USER)
    await using _server = server
    const written = new TestRoom(server.baseUrl)
    for (let count = 0; count < 3; count++) {
      expect([...(await getDocument(room, {}, as('ada')))]).toEqual(EMPTY)
    }
    for (const each of [room, written]) {
      const posted = new TestDocument(each).write('A1')
      expect(await postUpdate(each, posted, as('ada').headers)).toMatchObject({ status: 200 })
      await expectRefused('forbidden', each.url('document'), { method: 'DELETE', ...as('ada') })
      const { access } = (await callJson(each.url('access'), as('ben'))) as { access: Json }
      expect(access).toMatchObject({ owner: 'ben' })
    }
    expect(asked).toEqual([room.name, written.name])
  })

  it('[RS8 RS21] is never taken for an empty document if it fails', async () => {
    const wrong: readonly (() => unknown)[] = [
      () => Promise.reject(new Error('no database')),
      () => ({ update: 'text' }),
      () => ({ ...content(), owner: '' }),
      () => ({ update: new Uint8Array([1, 2, 3]) }),
      () => ({ update: Uint8Array.from([...content().update, 0]) }),
      () => ({ update: convertUpdateFormatV1ToV2(content().update) }),
      () => content(),
    ]
    const left = [...wrong]
    const { server, room } = await start(() => left.shift()!() as FirstContent)
    await using _server = server
    const opened = () => postUpdate(room, new TestDocument(room).write('A1'))
    for (const _each of wrong.slice(1)) expectProblem(await opened(), 'store-failed')
    expect(server.log.warnings).toEqual([
      expect.stringMatching(/onLoadDocument failed.*no database/),
    ])
    expect(await rowsOf(room)).toEqual(['first'])
  })

  it('[RS9] isn’t asked again at once if it gave nothing', async () => {
    const { server, room, asked } = await start(() => undefined)
    await using _server = server
    for (let count = 0; count < 5; count++) expect([...(await getDocument(room))]).toEqual(EMPTY)
    await new TestDocument(room).post('A1')
    expect(asked).toHaveLength(1)
  })

  it('[RS15] is refused over the quotas', async () => {
    const large = new Doc()
    large.getText('t').insert(0, 'a'.repeat(2_000))
    const update = encodeStateAsUpdate(large)
    const { server, room } = await start(() => ({ update }), { maxStoredBytes: 2_000 })
    await using _server = server
    expect((await fetch(room.url('document'))).status).toBe(507)
  })
})
