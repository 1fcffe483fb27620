import 'reflect-metadata'
import type { INestApplication } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { joinRoom, type Room, type RoomSnapshot } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Doc } from 'yjs'
import { AppModule } from './app.js'

let app: INestApplication

beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile()
  app = module.createNestApplication()
  await app.listen(0, '127.0.0.1')
})

afterAll(() => app.close())

async function join(name: string): Promise<Room> {
  return joinRoom({ url: await app.getUrl(), room: 'budget', member: name, user: { name } })
}

/** Resolves when the room's snapshot is as it should be. */
function until(room: Room, isThere: (snapshot: RoomSnapshot) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isThere(room.getSnapshot())) return
      stop()
      resolve()
    }
    const stop = room.subscribe(look)
    look()
  })
}

it('shows two people where the other one is', async () => {
  const ann = await join('Ann')
  const bob = await join('Bob')
  bob.move({ cell: 'B1' })
  await until(ann, ({ others }) => others.some(({ location }) => isIn(location, 'B1')))
  expect(ann.getSnapshot().others).toMatchObject([{ user: { name: 'Bob' } }])
  await bob.leave()
  await until(ann, ({ others }) => others.length === 0)
  await ann.leave()
})

it('keeps a document that two people write', async () => {
  const ann = await open('Ann')
  const bob = await open('Bob')
  ann.doc.getText('text').insert(0, 'Hello')
  await new Promise<void>((resolve) => {
    bob.doc.on('update', () => {
      if (bob.doc.getText('text').toJSON() === 'Hello') resolve()
    })
  })
  for (const { provider, room } of [ann, bob]) {
    await provider.destroy()
    await room.leave()
  }
})

async function open(name: string) {
  const room = await join(name)
  const doc = new Doc()
  return { room, doc, provider: new RoomProvider(room, doc) }
}

function isIn(location: unknown, cell: string): boolean {
  return JSON.stringify(location) === JSON.stringify({ cell })
}
