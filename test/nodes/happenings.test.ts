import { createWhereabouts, type Happening, type Whereabouts } from '@whereabouts/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memberKey } from 'whereabouts-conformance/room'
import { newPlace, type Place } from './place.js'

let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

async function node(told: Happening[]): Promise<Whereabouts> {
  const server = await createWhereabouts({ ...place.settings, auth: 'open', leaseMs: 500 })
  await expect.poll(() => server.rooms.isShared).toBe(true)
  const pass = async () => {
    for await (const happening of server.rooms.happenings()) told.push(happening)
  }
  void pass()
  return server
}

it('[EV17] [EX1] all nodes together tell everything once', { timeout: 60_000 }, async () => {
  const told: [Happening[], Happening[]] = [[], []]
  const [one, two] = await Promise.all(told.map(node))
  const [ann, ben] = [memberKey(), memberKey()]
  await one!.rooms.move('budget', ann, 'A1')
  await two!.rooms.move('budget', ben, 'B1')
  // A look at a room reads its log again.
  await one!.rooms.members('budget')
  await two!.rooms.members('budget')
  const all = () => told.flat().filter(({ type }) => type !== 'status' && type !== 'move')
  await expect.poll(() => all().some(({ type }) => type === 'emptied')).toBe(true)
  const counted = all().map(({ type }) => type)
  expect(counted.toSorted()).toEqual(['created', 'emptied', 'join', 'join', 'leave', 'leave'])
  expect(told[0]).toContainEqual(expect.objectContaining({ type: 'join' }))
  expect(told[1]).toContainEqual(expect.objectContaining({ type: 'join' }))
  await Promise.all([one!.close(), two!.close()])
})
