import { sharedAccess } from '@whereabouts/server'
import { expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { call, expectProblem } from 'whereabouts-conformance/http'
import { as, Office, start } from '../access/application.js'

const ROOMS = 20

function update(text: string): Buffer {
  const doc = new Doc()
  doc.getText('page').insert(0, text)
  return Buffer.from(encodeStateAsUpdate(doc))
}

it('[DO111] edits are saved beside first edits that the store refuses', async () => {
  const { authenticate } = new Office().options
  const store = { module: new URL('./refusing.store.mjs', import.meta.url) }
  await using server = await start('node:http', { authenticate, authorize: sharedAccess, store })
  const headers = { ...as('ada').headers, 'content-type': 'application/octet-stream' }
  const post = (room: string, text: string) =>
    call(`${server.baseUrl}/rooms/${room}/document`, {
      method: 'POST',
      headers,
      body: update(text),
    })
  const rooms = Array.from({ length: ROOMS }, (_, index) => `${index}`)
  for (const room of rooms) expect((await post(`good-${room}`, 'first')).status).toBe(200)
  const answers = await Promise.all(
    rooms.flatMap((room) => [post(`bad-${room}`, 'refused'), post(`good-${room}`, 'second')]),
  )
  for (const [index, answer] of answers.entries()) {
    if (index % 2 === 1) expect(answer.status).toBe(200)
    else expectProblem(answer, 'store-failed')
  }
  for (const room of rooms) {
    const url = `${server.baseUrl}/rooms/good-${room}/document`
    expect((await call(url, { headers })).text).toContain('second')
  }
})
