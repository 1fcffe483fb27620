import type { Access } from '@whereabouts/protocol'
import { type RoomRecord, sharedAccess } from '@whereabouts/server'
import { expect, it } from 'vitest'
import { call, callJson } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { as, Office, start } from './application.js'

/** A Yjs update with one text in it. */
const UPDATE = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')
const EMPTY = Buffer.from([0, 0])
const OPERATOR = { as: 'operator' } as const
const LINK = `view~${'a'.repeat(32)}`

const recordOf = (record: object, fields: Partial<RoomRecord> = {}): RoomRecord => ({
  json: JSON.stringify({ users: {}, ...record }),
  ...fields,
})

async function started() {
  const { authenticate } = new Office().options
  const options = { authenticate, authorize: sharedAccess, linkGives: 'nothing' } as const
  const running = await start('node:http', options)
  const { administration, baseUrl } = running
  const importInto = (room: TestRoom, update: Buffer, record?: RoomRecord) =>
    administration!.importDocument(room.name, update, OPERATOR, record)
  const accessOf = async (room: TestRoom, who: string) => {
    const { access } = (await callJson(room.url('access'), as(who))) as unknown as {
      access: Access
    }
    return access
  }
  const list = () => administration!.list({ limit: 10 })
  return { running, importInto, accessOf, list, room: () => new TestRoom(baseUrl) }
}

it.each([
  ['content', UPDATE],
  ['nothing in it', EMPTY],
])('[AD10] [AD19] a document with %s comes with its owner and its link', async (_what, update) => {
  const { running, importInto, accessOf, room } = await started()
  await using _ = running
  const one = room()
  // The fields beside the record are what the record says, whatever the file says.
  const record = recordOf({ owner: 'ada', viewLink: LINK }, { owner: 'eve', link: 'no link' })
  expect(await importInto(one, update, record)).toEqual({ isLinkTaken: false })
  expect(await accessOf(one, 'ada')).toMatchObject({ owner: 'ada', viewLink: LINK })
  const view = new TestRoom(running.baseUrl, LINK)
  expect((await call(view.url('document'), as('bob'))).status).toBe(200)
  expect((await call(one.url('document'), as('eve'))).status).toBe(403)
})

it('[AD19] a view link that another document has is left out, and stays the other’s', async () => {
  const { running, importInto, accessOf, room } = await started()
  await using _ = running
  const [one, two] = [room(), room()]
  await importInto(one, UPDATE, recordOf({ owner: 'ada', viewLink: LINK }))
  const again = recordOf({ owner: 'bob', users: { cem: { role: 'viewer' } }, viewLink: LINK })
  expect(await importInto(two, UPDATE, again)).toEqual({ isLinkTaken: true })
  const access = await accessOf(two, 'bob')
  expect(access).toMatchObject({ owner: 'bob', users: { cem: { role: 'viewer' } } })
  expect(access).not.toHaveProperty('viewLink')
  expect(await accessOf(one, 'ada')).toMatchObject({ viewLink: LINK })
})

it.each<[string, RoomRecord]>([
  ['is no JSON', { json: 'no JSON' }],
  ['is another value', { json: '[]' }],
  ['has a role that there isn’t', recordOf({ users: { ada: { role: 'god' } } })],
  ['has an empty owner', recordOf({ owner: '' })],
  ['has a link that could be a room', recordOf({ viewLink: 'budget' })],
])('[AD19] a record that %s is refused, and nothing is imported', async (_what, record) => {
  const { running, importInto, list, room } = await started()
  await using _ = running
  const refused = expect.objectContaining({ problem: 'bad-parameter' }) as Error
  await expect(importInto(room(), UPDATE, record)).rejects.toEqual(refused)
  expect(await list()).toEqual([])
})

it('[AD10] [AD19] an import that is refused leaves nothing, and no record on another document', async () => {
  const { running, importInto, list, room } = await started()
  await using _ = running
  const record = recordOf({ owner: 'eve' })
  const broken = importInto(room(), Buffer.from('no update'), record)
  await expect(broken).rejects.toMatchObject({ problem: 'bad-update' })
  expect(await list()).toEqual([])
  const taken = room()
  await running.rooms.update(taken.name, UPDATE)
  const second = importInto(taken, UPDATE, record)
  await expect(second).rejects.toMatchObject({ problem: 'document-exists' })
  expect((await call(taken.url('access'), as('eve'))).status).toBe(403)
})
