import { expect, it } from 'vitest'
import { postUpdate, TestDocument } from 'whereabouts-conformance/document'
import { call } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { startServer } from '../servers/standalone.js'

it('[AD21] what a server says of itself names no room, no user and no member', async () => {
  await using server = await startServer()
  const room = new TestRoom(server.baseUrl, 'zeta-plans')
  await using stream = await room.join('key-of-ada', { name: 'Ada Zeta' })
  await room.move('key-of-ada', { cell: 'zeta-cell' })
  const posted = await postUpdate(room, new TestDocument(room).write('zeta-text'))
  expect(posted).toMatchObject({ status: 200 })
  for (const path of ['/metrics', '/health/live', '/health/ready', '/openapi.json']) {
    const { status, text } = await call(server.baseUrl + path)
    expect([path, status]).toEqual([path, 200])
    for (const secret of [/zeta/i, /key-of-ada/, new RegExp(stream.self)])
      expect(text).not.toMatch(secret)
  }
  expect((await call(`${server.baseUrl}/metrics`)).text).toContain('\nwhereabouts_members 1\n')
})
