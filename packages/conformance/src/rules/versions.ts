import { describe, expect, it } from 'vitest'
import { BYTES, EMPTY } from '../document.js'
import { call, expectRefused, open, type CallOptions } from '../http.js'
import { memberKey, TestRoom } from '../room.js'
import { openStream } from '../stream.js'
import type { Suite } from '../suite.js'

/** PROTOCOL.md section 16, as far as it is about servers. */
export function versionRules({ calm }: Suite): void {
  describe('versions', () => {
    named(calm)
    refused(calm)
    unknown(calm)
  })
}

const UPDATE: CallOptions = { headers: BYTES, body: Buffer.from(EMPTY) }

/** Every call there is, and what is sent with it. */
const CALLS: readonly (readonly [path: string, options: CallOptions])[] = [
  ['events', {}],
  ['events', { json: {} }],
  ['location', {}],
  ['location', { json: 1 }],
  ['changes', { json: {} }],
  ['leave', { method: 'POST' }],
  ['document', {}],
  ['document', UPDATE],
  ['document/sync', { headers: BYTES, body: Buffer.from([0]) }],
]

function named(calm: Suite['calm']): void {
  it.each(CALLS)(
    '[VE1] %s %j in version 1 is the same with and without saying so',
    async (...is) => {
      const [path, options] = is
      const room = new TestRoom(calm.baseUrl)
      const statuses = []
      for (const version of [{}, { protocol: 1 }]) {
        const answer = await open(room.url(path, { member: memberKey(), ...version }), options)
        statuses.push(answer.statusCode)
        answer.destroy()
      }
      expect(statuses[0]).toBeLessThan(300)
      expect(statuses[1]).toBe(statuses[0])
    },
  )

  it('[VE1] a stream is in the version that its caller says, and says so', async () => {
    const room = new TestRoom(calm.baseUrl)
    await using inQuery = await room.watch({ protocol: 1 })
    await using inBody = await openStream(room.url('events'), { json: { watch: 1, protocol: 1 } })
    await inBody.next('hello')
    expect([inQuery.hello.protocol, inBody.hello.protocol]).toEqual([1, 1])
  })
}

function refused(calm: Suite['calm']): void {
  it.each(CALLS)('[VE2] %s %j in another version is refused and changes nothing', async (...is) => {
    const [path, options] = is
    const room = new TestRoom(calm.baseUrl)
    const member = memberKey()
    const { self, id } = await room.move(member, 'before')
    for (const protocol of ['2', '0', '', '1.0', 'one']) {
      const url = room.url(path, { member, protocol })
      const { extensions } = await expectRefused('bad-parameter', url, options)
      expect(extensions).toEqual({ parameter: 'protocol', supported: [1] })
    }
    expect(await room.read()).toMatchObject({ id, members: [{ id: self, status: 'online' }] })
  })

  it('[VE2] also as a field of the body', async () => {
    const room = new TestRoom(calm.baseUrl)
    const json = { member: memberKey(), protocol: 2 }
    const { extensions } = await expectRefused('bad-parameter', room.url('events'), { json })
    expect(extensions).toEqual({ parameter: 'protocol', supported: [1] })
    expect((await room.read()).members).toEqual([])
  })

  it.each([
    ['/location', { json: 1 }],
    ['/location/sse', {}],
  ])('[VE2] also of %s', async (path, options) => {
    await expectRefused('bad-parameter', `${calm.articleUrl}${path}?protocol=2`, options)
  })
}

function unknown(calm: Suite['calm']): void {
  it('[VE5] parameters and fields of a body that a server does not know are ignored', async () => {
    const room = new TestRoom(calm.baseUrl)
    const strange = { __proto__x: '1', utm_source: 'mail', constructor: 'x' }
    await room.move(memberKey(), 1, strange)
    await using _query = await room.watch(strange)
    const json = { watch: 1, unknown: { deep: true } }
    await using _body = await openStream(room.url('events'), { json })
    expect(await call(room.url('location', strange))).toMatchObject({ status: 200 })
  })
}
