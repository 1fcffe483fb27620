import { expect, it } from 'vitest'
import { SlowExchange } from '../../../test/exchange/slow-exchange.js'
import type { Numbered } from './rooms/outcomes.js'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import { MemberIds } from './access/member-id.js'
import { Attendances } from './attendance.js'
import type { MemberKey, RoomName } from './room/ids.js'
import { ROOM_LIMITS } from './rooms/limits.fixture.js'
import { SharedRooms } from './rooms/shared-rooms.js'
import { Faults } from './stream/faults.js'

const LIMITS = { ...ROOM_LIMITS, maxMembers: 2 }
const BUDGET = 'budget' as RoomName

function start() {
  const exchange = new SlowExchange<Numbered>()
  const clock = new VirtualClock()
  const hooks = {
    faults: new Faults(() => {}),
    merge: (updates: readonly Uint8Array[]) => updates,
    emptied: () => {},
    updated: () => {},
    untold: { note: async () => {}, untold: async () => [], told: async () => {} },
  }
  const rooms = new SharedRooms(exchange, LIMITS, clock, hooks, () => 0)
  const attendances = new Attendances(rooms, new MemberIds('secret'), LIMITS.leaseMs, clock)
  const open = (...keys: string[]) =>
    attendances.open(
      BUDGET,
      keys.map((key) => ({ key: key as MemberKey, user: {}, polls: false })),
    )
  const { room } = rooms.open(BUDGET)
  return { exchange, open, room }
}

it('[MS14] a member whose streams end together counts as connected until the last of them has been put off', async () => {
  const { exchange, open, room } = start()
  const [one, two] = [await open('ann'), await open('ann')]
  const [id] = one.selves
  expect(room.connections.of(id!)).toBe(2)
  exchange.stop()
  one.linger()
  two.linger()
  exchange.letGo()
  await expect.poll(() => room.connections.of(id!)).toBe(1)
  // What was said before this is there with it.
  await open('bob')
  expect(room.get(id!)).toMatchObject({ status: 'online' })
})

it('[MS11] a member that another stream brought meanwhile stays when its room is refused', async () => {
  const { exchange, open, room } = start()
  await open('cem')
  exchange.stop()
  const together = open('ann', 'bob')
  const alone = open('ann')
  exchange.letGo()
  await expect(together).rejects.toMatchObject({ problem: 'room-full' })
  const [id] = (await alone).selves
  await expect.poll(() => room.connections.of(id!)).toBe(1)
  expect(room.get(id!)).toMatchObject({ status: 'online' })
})
