import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Action } from '@whereabouts/protocol'
import { expect, it } from 'vitest'
import { call, type CallOptions, callJson, expectProblem } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { startPlain } from '../servers/plain.js'
import { as, everyCall, Office, start } from './application.js'

const BYTES = { 'content-type': 'application/octet-stream' }
/** A Yjs update with one text in it. */
const UPDATE = Buffer.from('AQEBAAQBAXQBYQA=', 'base64')

const send = ([url, options]: readonly [string, CallOptions, readonly Action[]]) =>
  call(url, options)

it('[BU17] a call over its budget asks the application nothing, whichever call it is', async () => {
  // 3 posts in 2 s, 1 change of access, 3 streams and 10 reads of documents in 60 s.
  const office = new Office()
  await using running = await start('node:http', { ...office.options, budgetScale: 0.005 })
  const names = everyCall(running.baseUrl, {}).map((_, index) => `user ${index}`)
  await Promise.all(
    names.map(async (name, index) => {
      const one = everyCall(running.baseUrl, as(name))[index]!
      const answers = await Promise.all(Array.from({ length: 30 }, () => send(one)))
      const statuses = answers.map(({ status }) => status)
      expect(new Set(statuses), one[0]).toEqual(new Set([403, 429]))
      const asked = office.asked.filter(({ user }) => user?.id === name)
      const requests = new Set(asked.map(({ request }) => request))
      expect(requests.size, one[0]).toBe(statuses.filter((status) => status === 403).length)
    }),
  )
})

it('[BU3] [BU17] a member over its budget takes nothing of its address, and asks nothing', async () => {
  const office = new Office()
  office.answer = ({ request }) => request.headers['x-member'] !== 'flood'
  const { authorize } = office.options
  // 3 posts of a member and 40 of an address in 2 s.
  await using server = await startPlain({ auth: 'open', authorize, budgetScale: 0.01 })
  const room = new TestRoom(server.baseUrl)
  const post = (member: string) =>
    call(room.url('location', { member }), { headers: { 'x-member': member }, json: 1 })
  const flood = await Promise.all(Array.from({ length: 100 }, () => post('flood')))
  expect(flood.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(94)
  expect(office.asked.length).toBeLessThanOrEqual(6)
  const others = await Promise.all(Array.from({ length: 20 }, (_, index) => post(`m${index}`)))
  expect(new Set(others.map(({ status }) => status))).toEqual(new Set([200]))
})

it('[AC25] [BU17] who loses the right while a budget is taken changes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-'))
  const module = new URL('./slow.store.mjs', import.meta.url)
  const office = new Office()
  // The first answer of each call is the last one that allows it.
  const seen = new Set<string>()
  office.answer = ({ request, action }) => {
    const key = `${String(request.headers['x-call'])} ${action}`
    const isFirst = !seen.has(key)
    seen.add(key)
    return isFirst
  }
  const store = { module, options: { file: join(folder, 'log.jsonl'), slowMs: 1_200 } }
  await using running = await start('node:http', { ...office.options, store })
  const room = new TestRoom(running.baseUrl)
  const who = (name: string) => ({ authorization: 'ada', 'x-call': name })
  const body = { headers: { ...who('write'), ...BYTES }, body: UPDATE }
  expectProblem(await call(room.url('document'), body), 'forbidden')
  const json = { revision: 0, link: 'nothing' }
  expectProblem(await call(room.url('access'), { headers: who('share'), json }), 'forbidden')
  office.answer = () => true
  const read = await callJson(room.url('access'), { headers: who('read') })
  expect(read).toMatchObject({ access: { revision: 0, users: {}, link: 'edit' } })
  expect(await running.administration!.list({ limit: 10 })).toEqual([])
  await rm(folder, { recursive: true })
})

it('[AC10] an application that takes long to answer is asked once', async () => {
  const office = new Office()
  office.answer = () => new Promise((resolve) => setTimeout(() => resolve(true), 1_200))
  await using running = await start('node:http', office.options)
  const room = new TestRoom(running.baseUrl)
  await Promise.all([
    callJson(room.url('location'), { ...as('ada'), json: 1 }),
    callJson(room.url('location'), as('ada')),
  ])
  expect(office.asked.map(({ action }) => action).toSorted()).toEqual([
    'comment',
    'join',
    'join',
    'manage',
    'move',
    'move',
    'watch',
    'write',
  ])
})
