import { expect, it } from 'vitest'
import { Waiting } from './waiting-happenings.js'

const user = { id: 'u', name: 'Ann', color: '#000000' }
const add = (waiting: Waiting, room: string, ...members: readonly string[]) => {
  for (const memberId of members) waiting.add({ type: 'join', room, memberId, user })
}

/** Takes so many; all by default. */
function taken(waiting: Waiting, count = waiting.size): string[] {
  return Array.from({ length: count }, () => {
    const next = waiting.next()!
    return 'memberId' in next ? next.memberId : next.type
  })
}

it('[WH15] rooms take turns, each in its order', () => {
  const waiting = new Waiting()
  add(waiting, 'noise', '1', '2', '3', '4')
  add(waiting, 'contract', 'a', 'b')
  expect(taken(waiting, 3)).toEqual(['1', 'a', '2'])
  add(waiting, 'late', 'x')
  expect(taken(waiting)).toEqual(['b', '3', 'x', '4'])
  expect(waiting.next()).toBeUndefined()
})

it('[WH15 EV19] the rooms with most lose their oldest, and those with few lose nothing', () => {
  const waiting = new Waiting()
  add(waiting, 'noise', '1', '2', '3', '4', '5')
  add(waiting, 'contract', 'a', 'b')
  add(waiting, 'loud', 'p', 'q', 'r', 's')
  expect(waiting.drop(8)).toBe(3)
  expect(taken(waiting)).toEqual(['3', 'a', 'q', '4', 'b', 'r', '5', 's'])
  for (const room of 'abcdef') add(waiting, room, room)
  expect(waiting.drop(2)).toBe(4)
  expect(taken(waiting)).toEqual(['e', 'f'])
  add(waiting, 'one', '1', '2')
  expect(waiting.drop(0)).toBe(2)
  expect([waiting.size, waiting.next()]).toEqual([0, undefined])
})
