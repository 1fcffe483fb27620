import { sharedAccess } from '@whereabouts/server'
import { expect, it } from 'vitest'
import { call, callJson } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { as, Office, start } from './application.js'

const OPTIONS = { authenticate: new Office().options.authenticate, authorize: sharedAccess }

/** Asks about 64 rooms that nobody has been in. */
function pollMany(baseUrl: string, name: string) {
  const room = (index: number) => ({ key: `${index}`, room: `${name}-${index}` })
  const subscriptions = Array.from({ length: 64 }, (_, index) => room(index))
  return callJson(`${baseUrl}/streams`, { ...as('eve'), json: { poll: true, subscriptions } })
}

it('[DO59] [DO60] thousands of polls of rooms that don’t exist make nobody else’s call fail', async () => {
  await using server = await start('node:http', OPTIONS)
  const { baseUrl } = server
  const eve = Array.from({ length: 80 }, (_, index) => pollMany(baseUrl, `eve-${index}`))
  const others = Array.from({ length: 200 }, async (_, index) => {
    const room = new TestRoom(baseUrl)
    const { status } = await call(room.url('location'), as(`user ${index}`))
    const posted = await call(room.url('location', { member: 'm' }), {
      ...as(`user ${index}`),
      json: 1,
    })
    return [status, posted.status]
  })
  expect(await Promise.all(others)).toEqual(Array.from({ length: 200 }, () => [200, 200]))
  await Promise.all(eve)
})
