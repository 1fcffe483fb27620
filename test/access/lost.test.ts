import { sharedAccess } from '@whereabouts/server'
import { expect, it } from 'vitest'
import { getDocument, TestDocument } from 'whereabouts-conformance/document'
import { call, callJson, expectProblem } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { as, Office, start } from './application.js'

const BYTES = { 'content-type': 'application/octet-stream' }
const LOST = '0-lost'

function startShared() {
  const { authenticate } = new Office().options
  return start('node:http', { authenticate, authorize: sharedAccess })
}

function posting(room: TestRoom, cell: string) {
  const update = Buffer.from(new TestDocument(room).write(cell))
  return (user: string, query: { readonly [name: string]: string } = {}) =>
    call(room.url('document', query), {
      method: 'POST',
      headers: { ...as(user).headers, ...BYTES },
      body: update,
    })
}

const accessOf = async (room: TestRoom, user: string) =>
  ((await callJson(room.url('access'), as(user))) as { access?: object }).access

it('[SR25] a lost document is taken back from its owner, and from nobody else', async () => {
  await using running = await startShared()
  const room = new TestRoom(running.baseUrl)
  const post = posting(room, 'A1')
  const refused = expectProblem(await post('vic', { incarnation: LOST }), 'document-lost')
  expect(refused.detail).toContain('when its owner opens it')
  expectProblem(await post('vic', { incarnation: LOST, owned: '0' }), 'document-lost')
  expectProblem(await post('vic', { incarnation: LOST, owned: 'yes' }), 'bad-parameter')
  expect(await accessOf(room, 'vic')).toBeUndefined()
  expect(await post('ann', { incarnation: LOST, owned: '1' })).toMatchObject({ status: 200 })
  expect(await accessOf(room, 'ann')).toMatchObject({ owner: 'ann', users: {}, link: 'nothing' })
  expectProblem(await post('vic', { incarnation: LOST, owned: '1' }), 'forbidden')
  expectProblem(await call(room.url('document'), as('vic')), 'forbidden')
})

it('[SR25 DO96] two windows of the owner that give it back at once, and somebody who begins another one: one document', async () => {
  for (let round = 0; round < 10; round++) {
    await using running = await startShared()
    const room = new TestRoom(running.baseUrl)
    const [one, two, other] = ['A1', 'A2', 'B1'].map((cell) => posting(room, cell)) as [
      ReturnType<typeof posting>,
      ReturnType<typeof posting>,
      ReturnType<typeof posting>,
    ]
    const owned = { incarnation: LOST, owned: '1' }
    const posts = [() => one('ann', owned), () => two('ann', owned), () => other('vic')]
    const order = round % 2 === 0 ? posts : posts.toReversed()
    await Promise.all(order.map((post) => post()))
    const isBack = (await accessOf(room, 'ann')) !== undefined
    const owner = isBack ? 'ann' : 'vic'
    expect(await accessOf(room, owner)).toMatchObject({ owner })
    const { cells } = new TestDocument(room).take(await getDocument(room, {}, as(owner)))
    if (isBack) expect(cells).toEqual({ A1: 'A1', A2: 'A2' })
    else expect(cells).toEqual({ B1: 'B1' })
  }
})

it('[DO48 DO96 DO98] a number of deletions that was made up closes the room to nobody', async () => {
  await using running = await startShared()
  const room = new TestRoom(running.baseUrl)
  const post = posting(room, 'A1')
  const made = { incarnation: '999999999-made-up', owned: '1' }
  expect(await post('vic', made)).toMatchObject({ status: 200 })
  const removal = { method: 'DELETE', ...as('vic') }
  expect(await call(room.url('document'), removal)).toMatchObject({ status: 204 })
  expectProblem(await post('ann', { incarnation: LOST, owned: '1' }), 'document-deleted')
  expect(await post('ann', { incarnation: '.1000000000' })).toMatchObject({ status: 200 })
  expect(await accessOf(room, 'ann')).toMatchObject({ owner: 'ann' })
})

it('[SR25] where the record doesn’t decide, whoever may write gives a lost document back', async () => {
  const office = new Office({ ada: ['watch', 'join', 'move', 'write'], ben: ['watch'] })
  await using running = await start('node:http', office.options)
  const room = new TestRoom(running.baseUrl)
  const post = posting(room, 'A1')
  expectProblem(await post('ben', { incarnation: LOST }), 'forbidden')
  expect(await post('ada', { incarnation: LOST })).toMatchObject({ status: 200 })
  expect(await post('ada', { incarnation: LOST })).toMatchObject({ status: 200 })
})

it('[SR25 CM2] comments on a lost document come back after it', async () => {
  await using running = await startShared()
  const room = new TestRoom(running.baseUrl)
  const comments = posting(new TestRoom(running.baseUrl, `comments~${room.name}`), 'A1')
  const owned = { incarnation: LOST, owned: '1' }
  expectProblem(await comments('ann', owned), 'forbidden')
  expect(await posting(room, 'A1')('ann', owned)).toMatchObject({ status: 200 })
  expectProblem(await comments('ann', { incarnation: '0-other' }), 'document-deleted')
  expect(await comments('ann', owned)).toMatchObject({ status: 200 })
})
