import type { Json } from '@whereabouts/protocol'
import { Doc } from 'yjs'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Exchange, member, ScriptedServer } from '../../../../test/client/scripted-server.js'
import type { JoinOptions } from '../options.js'
import { answerSync, EMPTY, join, retryAtOnceAndLeaveAll, typed } from './kept.fixture.js'
import { HeldRoomWithDocument, type HeldDocumentOptions } from './held-document.js'

const ends: (() => void)[] = []

retryAtOnceAndLeaveAll()
beforeEach(() => void ends.splice(0))
afterEach(() => ends.forEach((end) => end()))

type Options = Partial<JoinOptions> & HeldDocumentOptions

function hold(server: ScriptedServer, options: Options = {}): HeldRoomWithDocument {
  return new HeldRoomWithDocument<Json>({ url: server.url, room: 'budget', ...options })
}

/** Visits a room, and answers what its document asks for with what the server has. */
async function visit(
  server: ScriptedServer,
  { document, visit: begin }: HeldRoomWithDocument,
  has = EMPTY,
): Promise<{ readonly end: () => void; readonly stream: Exchange }> {
  const end = begin()
  ends.push(end)
  const stream = await server.take('GET events')
  stream.stream().snapshot('e:1', [member('me')])
  answerSync(await server.take('POST sync'), has)
  await untilDocument({ document }, ({ synced }) => synced)
  return { end, stream }
}

type Held = Pick<HeldRoomWithDocument, 'document'>
type Document = ReturnType<HeldRoomWithDocument['document']['getSnapshot']>

function untilDocument({ document }: Held, isSo: (document: Document) => boolean): Promise<void> {
  return vi.waitFor(() => expect(isSo(document.getSnapshot())).toBe(true))
}

it('[CL116] a document that was left changes nothing that is shown of the next visit', async () => {
  await using server = await ScriptedServer.listen()
  const held = hold(server)
  const first = await visit(server, held)
  const { provider: former, doc } = held.document.getSnapshot()
  doc.getText('body').insert(0, 'a')
  const post = await server.take('POST document')
  first.end()
  await first.stream.closed
  const left = { doc, provider: null, saved: false, readOnly: true }
  expect(held.document.getSnapshot()).toMatchObject(left)
  await visit(server, held)
  const { provider } = held.document.getSnapshot()
  expect(provider).not.toBe(former)
  post.answer(200, { id: 'e:2' })
  expect(await former?.destroy()).toBe(true)
  expect(held.document.getSnapshot()).toMatchObject({ provider, readOnly: false })
})

it('[CL116] a document that was left is shown as left while its last edit is posted', async () => {
  await using server = await ScriptedServer.listen()
  const held = hold(server)
  const { end, stream } = await visit(server, held)
  const { provider, doc } = held.document.getSnapshot()
  doc.getText('body').insert(0, 'a')
  const post = await server.take('POST document')
  end()
  await stream.closed
  post.answer(200, { id: 'e:2' })
  expect(await provider?.destroy()).toBe(true)
  expect(held.document.getSnapshot()).toMatchObject({ provider: null, saved: false, synced: false })
})

it('[CL105] a page of a server shows the document and its history as they are before the room is joined', async () => {
  await using server = await ScriptedServer.listen()
  const held = hold(server)
  const { undo } = held.document
  const first = [held.document.getSnapshot(), undo.getSnapshot()]
  undo.subscribe(() => undefined)
  await visit(server, held)
  held.document.getSnapshot().doc.getText('body').insert(0, 'a')
  expect(undo.getSnapshot().canUndo).toBe(true)
  expect([held.document.getServerSnapshot(), undo.getServerSnapshot()]).toEqual(first)
  expect(held.document.getServerSnapshot()).toBe(first[0])
})

it('[YJ6] a document that components hold on to keeps its subdocuments in rooms of their own', async () => {
  await using server = await ScriptedServer.listen()
  const chapters = typed('')
  chapters.getMap('chapters').set('one', new Doc({ guid: 'one', autoLoad: true }))
  const guids: string[] = []
  const held = hold(server, {
    subdocuments: ({ guid }) => {
      guids.push(guid)
      return join(server, { room: 'chapter' })
    },
  })
  await visit(server, held, chapters)
  expect((await server.take('GET events')).request.url).toContain('/rooms/chapter/')
  expect(guids).toEqual(['one'])
})
