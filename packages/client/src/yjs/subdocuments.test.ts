import { describe, expect, it } from 'vitest'
import { Doc } from 'yjs'
import { member, ScriptedServer } from '../../../../test/client/scripted-server.js'
import {
  answerSync,
  EMPTY,
  join,
  type Kept,
  nextEvent,
  provide,
  retryAtOnceAndLeaveAll,
  Uncaught,
} from './kept.fixture.js'

retryAtOnceAndLeaveAll()

/** Provides a synced document, and notes whose subdocument's room is joined. */
async function keepBook(server: ScriptedServer): Promise<Kept & { joined: string[] }> {
  const joined: string[] = []
  const kept = provide(join(server), new Doc(), {
    subdocuments: ({ guid }) => {
      joined.push(guid)
      return join(server, { room: `chapter.${guid}` })
    },
  })
  ;(await server.take('GET events')).stream().snapshot('e:1', [member('me')])
  answerSync(await server.take('POST sync'), EMPTY)
  await nextEvent(kept.provider, 'synced')
  return { ...kept, joined }
}

/** Refuses the next post, as another client has used its clocks: the document is rebuilt. */
async function refuse(server: ScriptedServer, { clientID }: Doc, meanwhile: () => void) {
  const theirs = new Doc()
  theirs.clientID = clientID
  theirs.getText('body').insert(0, 'their')
  const post = await server.take('POST document')
  meanwhile()
  post.refuse('bad-update', { reason: 'clock-taken' })
  for (let times = 0; times < 2; times++) answerSync(await server.take('POST sync'), theirs)
  ;(await server.take('POST document')).answer(200, { id: 'e:2' })
}

const chapters = (doc: Doc) => doc.getMap<Doc>('chapters')

it('[CL132] a subdocument without a room holds up no others, and is the problem of its parent', async () => {
  using uncaught = new Uncaught()
  await using server = await ScriptedServer.listen()
  const { doc, provider } = await keepBook(server)
  doc.transact(() => {
    for (const guid of ['no room!', 'one'])
      chapters(doc).set(guid, new Doc({ guid, autoLoad: true }))
  })
  expect([...provider.subdocuments.keys()].map(({ guid }) => guid)).toEqual(['one'])
  expect(provider.problem).toMatchObject({ problem: 'bad-room' })
  ;(await server.take('POST document')).answer(200, { id: 'e:2' })
  await nextEvent(provider, 'saved')
  expect(uncaught.errors).toEqual([expect.any(TypeError)])
  const ended = nextEvent(provider, 'problem')
  chapters(doc).delete('no room!')
  expect(await ended).toBeNull()
})

describe('subdocuments of a document that is replaced', () => {
  it('[YJ8] those that were loaded are loaded again, and no others', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, joined } = await keepBook(server)
    chapters(doc).set('one', new Doc({ guid: 'one' }))
    chapters(doc).set('two', new Doc({ guid: 'two' }))
    chapters(doc).get('two')!.destroy()
    expect(joined).toEqual(['one', 'two'])
    const reloaded = nextEvent(provider, 'reload')
    await refuse(server, doc, () => undefined)
    const one = chapters(await reloaded).get('one')!
    expect([...provider.subdocuments.keys()]).toEqual([one])
    expect(joined).toEqual(['one', 'two', 'one'])
  })

  it('[YJ9] a provider that is destroyed joins none of them', async () => {
    await using server = await ScriptedServer.listen()
    const { doc, provider, joined } = await keepBook(server)
    chapters(doc).set('one', new Doc({ guid: 'one', autoLoad: true }))
    const reloaded = nextEvent(provider, 'reload')
    let ended: Promise<boolean> | undefined
    await refuse(server, doc, () => {
      ended = provider.destroy()
    })
    ;(await server.take('POST leave')).answer(204)
    expect([...(await reloaded).getSubdocs()].map(({ guid }) => guid)).toEqual(['one'])
    expect(await ended).toBe(true)
    expect([joined, provider.subdocuments.size]).toEqual([['one'], 0])
  })
})
