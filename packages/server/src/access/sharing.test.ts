import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { Problem } from '@whereabouts/protocol'
import { expect, it } from 'vitest'
import type { Standing } from '../document/store.js'
import { sharingOf } from './no-sharing.fixture.js'

/** A document of an owner, whose record has changed so many times. */
function ownedBy(owner: string, revision: number): Standing {
  const info = { roomName: 'one', bytes: 1, createdAtMs: 1, updatedAtMs: 1, usedAtMs: 1 }
  const json = JSON.stringify({ owner, users: {} })
  return { incarnation: '0', info, record: { json, owner, revision } }
}

it('[HM8 SR14] whoever has given a document away meanwhile doesn’t put it into the trash', async () => {
  let standing = ownedBy('ada', 1)
  const put: string[] = []
  const sharing = sharingOf({
    standing: async () => standing,
    putRecord: async (_room, { json }) => put.push(json) + 2,
  })
  const asked = { roomName: 'one', account: 'ada', request: new IncomingMessage(new Socket()) }
  expect(await sharing.allows(asked, 'ada', 'manage')).toBe(true)
  standing = ownedBy('bob', 2)
  const refused = await sharing.trash(asked, 5).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Problem)
  expect(refused).toMatchObject({ problem: 'access-changed' })
  expect(put).toEqual([])
  expect(await sharing.allows(asked, 'bob', 'manage')).toBe(true)
  expect(await sharing.trash(asked, 5)).toBe(true)
  expect(put).toHaveLength(1)
})

it('[CM3] comments have the record of their document, also when that is read again', async () => {
  let standing = ownedBy('ada', 1)
  const about: (string | undefined)[] = []
  const sharing = sharingOf({
    standing: async ({ roomName }) => {
      about.push(roomName)
      return standing
    },
    outdate: (roomName) => void about.push(roomName),
  })
  const request = new IncomingMessage(new Socket())
  const asked = { roomName: 'comments~one', account: 'ada', request }
  expect(await sharing.allows(asked, 'ada', 'manage')).toBe(true)
  sharing.outdate(asked.roomName)
  standing = { incarnation: 'x', info: undefined, record: undefined }
  expect(await sharing.hasDocument(asked)).toBe(false)
  expect(sharing.lacksDocument(asked)).toBe(true)
  expect(sharing.decidedAbout(request)).toBe('x')
  expect(about).toEqual(['one', 'one', 'one'])
})
