import { joinRoom, type Room, type RoomSnapshot } from '@whereabouts/client'
import { expect, it } from 'vitest'
import { Application } from './application.js'
import { until } from './until.js'

/** Records every status of a room from now on, and every number of others. */
function watchOver(room: Room): { statuses: Set<string>; others: Set<number> } {
  const seen = { statuses: new Set<string>(), others: new Set<number>() }
  room.subscribe(() => {
    seen.statuses.add(room.status)
    seen.others.add(room.getSnapshot().others.length)
  })
  return seen
}

const seesOther =
  (location: string) =>
  ({ others: [other] }: RoomSnapshot) =>
    other?.location === location && other.status === 'online'

it('[CL17 FR9] all clients move to another server, and none is shown as reconnecting or gone', async () => {
  await using first = await Application.listen({ goodbyeMs: 1_000 })
  await using second = await Application.listen()
  // Like a load balancer that has noticed which server isn't ready.
  let url = first.url
  const join = (location: string) => {
    const fetch: typeof globalThis.fetch = (input, init) =>
      globalThis.fetch(String(input).replace(first.url, url), init)
    return joinRoom({ url: first.url, room: 'budget', fetch, location })
  }
  const [ann, bob] = [join('A1'), join('B2')]
  await Promise.all([until(ann, seesOther('B2')), until(bob, seesOther('A1'))])
  const before = [ann, bob].map((room) => room.getSnapshot().self)
  const seen = [ann, bob].map(watchOver)
  url = second.url
  const startMs = performance.now()
  await first[Symbol.asyncDispose]()
  // The two seconds for clients that stay are not used.
  expect(performance.now() - startMs).toBeLessThan(2_900)
  ann.move('C3')
  await Promise.all([until(ann, seesOther('B2')), until(bob, seesOther('C3'))])
  expect([ann, bob].map((room) => room.getSnapshot().self)).toEqual(before)
  for (const { statuses, others } of seen) {
    expect([...statuses]).toEqual(['online'])
    expect([...others]).toEqual([1])
  }
  await Promise.all([ann.leave(), bob.leave()])
})
