import { expect, it } from 'vitest'
import { MemoryExchange, MemoryLogs } from '../../../test/exchange/memory-exchange.js'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import { MemberIds } from './access/member-id.js'
import { Attendances } from './attendance.js'
import type { Follower, Following } from './exchange/exchange.js'
import type { MemberKey, RoomName } from './room/ids.js'
import type { Numbered } from './rooms/outcomes.js'
import { SharedRooms } from './rooms/shared-rooms.js'
import { Faults } from './stream/faults.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 2,
  maxLeavers: 10,
  maxRooms: 10,
  maxRecentDocumentBytes: 1_000,
  maxRecentBroadcastBytes: 1_000,
  frameIntervalMs: 33,
  frameShareMs: 1,
}
const BUDGET = 'budget' as RoomName

/** An exchange that can be stopped, and then is slow to tell what is said. */
class SlowExchange extends MemoryExchange<Numbered> {
  #letGo: (() => void) | undefined
  #isLetGo = Promise.resolve()

  stop(): void {
    this.#isLetGo = new Promise((resolve) => (this.#letGo = resolve))
  }

  letGo(): void {
    this.#letGo?.()
  }

  override follow(room: string, follower: Follower<Numbered>): Following<Numbered> {
    const following = super.follow(room, follower)
    return {
      append: async (operations) => {
        await this.#isLetGo
        return following.append(operations)
      },
      checkpoint: (number, state) => following.checkpoint(number, state),
      discard: (...call) => following.discard(...call),
      end: (version) => following.end(version),
    }
  }
}

function start() {
  const exchange = new SlowExchange(new MemoryLogs<Numbered>(100))
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
