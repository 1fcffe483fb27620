import { joinRoom, type Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { afterEach, expect, it } from 'vitest'
import { Doc, type Map as SharedMap } from 'yjs'
import { Application } from './application.js'
import { until } from './until.js'

const rooms: Room[] = []
afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.leave()))
})

/** Opens a book whose chapters are subdocuments. */
function open(server: Application) {
  const join = (room: string) => {
    const joined = joinRoom({ url: server.url, room })
    rooms.push(joined)
    return joined
  }
  const doc = new Doc()
  const provider = new RoomProvider(join('book'), doc, {
    subdocuments: ({ guid }) => join(`chapter.${guid}`),
  })
  return { provider, chapters: doc.getMap<Doc>('chapters') }
}

function chapterOf(chapters: SharedMap<Doc>, name: string): Promise<Doc> {
  return new Promise((resolve) => {
    const look = () => {
      const chapter = chapters.get(name)
      if (chapter === undefined) return
      chapters.unobserve(look)
      resolve(chapter)
    }
    chapters.observe(look)
    look()
  })
}

const textOf = (doc: Doc) => doc.getText('text').toJSON()
const roomOf = ({ provider }: ReturnType<typeof open>, doc: Doc) =>
  provider.subdocuments.get(doc)!.room

it('[YJ6] a subdocument is kept in a room of its own, from when it is loaded until it is destroyed', async () => {
  await using server = await Application.listen()
  const [ann, bob] = [open(server), open(server)]
  ann.chapters.set('one', new Doc({ guid: 'one' }))
  const written = ann.chapters.get('one')!
  written.getText('text').insert(0, 'Chapter one')

  const read = await chapterOf(bob.chapters, 'one')
  expect([read.guid, textOf(read), bob.provider.subdocuments.size]).toEqual(['one', '', 0])
  const provided = new Promise<RoomProvider>((resolve) => bob.provider.once('subdocument', resolve))
  read.load()
  expect((await provided).doc).toBe(read)
  await read.whenLoaded
  await expect.poll(() => textOf(read)).toBe('Chapter one')
  read.getText('text').insert(0, '1. ')
  await expect.poll(() => textOf(written)).toBe('1. Chapter one')

  const [annsRoom, bobsRoom] = [roomOf(ann, written), roomOf(bob, read)]
  await until(annsRoom, ({ others }) => others.length === 1)
  read.destroy()
  await until(annsRoom, ({ others }) => others.length === 0)
  expect([bobsRoom.status, bob.provider.subdocuments.size]).toEqual(['closed', 0])

  // It can be loaded again, and is gone for all when it is deleted.
  const again = await chapterOf(bob.chapters, 'one')
  again.load()
  await expect.poll(() => textOf(again)).toBe('1. Chapter one')
  const bobsNext = roomOf(bob, again)
  ann.chapters.delete('one')
  await until(bobsNext, ({ status }) => status === 'closed')
  expect([annsRoom.status, ann.provider.subdocuments.size]).toEqual(['closed', 0])
})

it('[YJ6] subdocuments are disconnected, connected and destroyed with their provider', async () => {
  await using server = await Application.listen()
  const [ann, bob] = [open(server), open(server)]
  ann.chapters.set('one', new Doc({ guid: 'one' }))
  const written = ann.chapters.get('one')!
  const read = await chapterOf(bob.chapters, 'one')
  read.load()
  await read.whenSynced
  bob.provider.disconnect()
  written.getText('text').insert(0, 'while Bob was away')
  const { provider } = { provider: ann.provider.subdocuments.get(written)! }
  await expect.poll(() => provider.saved).toBe(true)
  expect(textOf(read)).toBe('')
  bob.provider.connect()
  await expect.poll(() => textOf(read)).toBe('while Bob was away')
  const room = roomOf(bob, read)
  expect(await bob.provider.destroy()).toBe(true)
  expect(room.status).toBe('closed')
  expect(bob.provider.room.status).toBe('online')
})
