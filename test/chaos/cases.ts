import { setTimeout } from 'node:timers/promises'
import type { RunningPostgres } from '../servers/postgres.js'
import { Crowd, type Sight } from './crowd.js'
import { LEASE_MS, World } from './world.js'

/** Something that goes wrong while 300 people are in a room on three nodes. */
export interface Case {
  readonly name: string
  /** Describes the disturbance in the table of results. */
  readonly about: string
  /** The longest time from the start until all views are right again. */
  readonly rightWithinMs: number
  /** Causes the disturbance, ends it, and waits until a lost member would be gone. */
  readonly disturb: (world: World) => Promise<void>
}

/** The result of a case. */
export interface Outcome extends Sight {
  /** How many times a member who was there all the time disappeared from a view. */
  readonly flickers: number
  /** The number of streams that were lost and reopened. */
  readonly interruptions: number
  /** The number of acknowledged document updates. */
  readonly acknowledged: number
  /** The number of acknowledged updates that at least one node lacks. */
  readonly lost: number
}

const PEOPLE = 300
/** After this long without a sign of life, a node counts as dead. */
const NODE_LEASE_MS = 5_000
const NOTICED_WITHIN_MS = 5_000
const BACK_WITHIN_MS = 10_000
const PAUSED_MS = 20_000
const REDIS_DOWN_MS = 2_000
const CUT_OFF_MS = 7_000
/** After this time, members who weren't back in time are gone. */
const LEASES_MS = NODE_LEASE_MS + LEASE_MS + 1_000
/** The longest time from the end of the disturbance until all views are right again. */
const GIVE_UP_MS = 30_000

export const CASES = {
  kill: {
    name: 'kill -9 of a node',
    about: 'one of three processes is killed, and started again when all leases have expired',
    rightWithinMs: 30_000,
    async disturb({ nodes: [first] }) {
      await first.kill()
      await setTimeout(LEASES_MS)
      await first.restart()
    },
  },
  pause: {
    name: 'SIGSTOP of a node for 20 s',
    about: 'its connections stay open and nothing is answered; then it resumes',
    rightWithinMs: 60_000,
    async disturb({ nodes: [first] }) {
      first.pause()
      await setTimeout(PAUSED_MS)
      first.resume()
      await first.saysItIsAlone(false, BACK_WITHIN_MS)
    },
  },
  redisRestarts: {
    name: 'Redis restarts with its data',
    about: 'it is killed and is back 2 s later',
    rightWithinMs: 30_000,
    disturb: (world) => restartRedis(world, { empty: false }),
  },
  redisEmpty: {
    name: 'Redis restarts without its data',
    about: 'the same, but all its data is lost',
    rightWithinMs: 40_000,
    disturb: (world) => restartRedis(world, { empty: true }),
  },
  cutOff: {
    name: 'a node cut off from Redis for 7 s',
    about: 'all data between the two is silently dropped; its clients stay connected',
    rightWithinMs: CUT_OFF_MS + 20_000,
    async disturb({ nodes: [first] }) {
      first.cutOff()
      const alone = first.saysItIsAlone(true, NOTICED_WITHIN_MS)
      await Promise.all([alone, setTimeout(CUT_OFF_MS)])
      first.reconnect()
      await first.saysItIsAlone(false, BACK_WITHIN_MS)
      await setTimeout(LEASES_MS)
    },
  },
  rolling: {
    name: 'a rolling restart of all three',
    about: 'one after another: SIGTERM, goodbyes within 2 s, exit, and start',
    rightWithinMs: 60_000,
    async disturb({ nodes }) {
      for (const node of nodes) {
        await node.restart()
        await node.saysItIsAlone(false, BACK_WITHIN_MS)
      }
      await setTimeout(LEASE_MS + 1_000)
    },
  },
} as const satisfies { readonly [name: string]: Case }

async function restartRedis(
  { redis, nodes }: World,
  withWhat: { readonly empty: boolean },
): Promise<void> {
  await redis.kill()
  await Promise.all(nodes.map((node) => node.saysItIsAlone(true, NOTICED_WITHIN_MS)))
  await setTimeout(REDIS_DOWN_MS)
  await redis.restart(withWhat)
  await Promise.all(nodes.map((node) => node.saysItIsAlone(false, BACK_WITHIN_MS)))
  await setTimeout(LEASES_MS)
}

/** Plays a case on new nodes and a new Redis. */
export async function play(
  { disturb }: Case,
  postgres: RunningPostgres,
  people = PEOPLE,
): Promise<Outcome> {
  await using world = await World.open(postgres)
  await using crowd = await Crowd.gather(world.url, people)
  const sight = await crowd.watch(disturb(world), GIVE_UP_MS)
  const acknowledged = await crowd.settle()
  const lost = await world.lacks(acknowledged)
  const { flickers, interruptions } = crowd
  return {
    ...sight,
    flickers,
    interruptions,
    acknowledged: acknowledged.size,
    lost: lost.length,
  }
}

/** Formats an outcome as one line of output. */
export function describe({ name }: Case, outcome: Outcome): string {
  const { rightAfterMs, wrongMs, flickers, interruptions, acknowledged, lost } = outcome
  return (
    `${name}: right again after ${seconds(rightAfterMs)}, wrong for ${seconds(wrongMs)} of it, ` +
    `${flickers} flickers, ${interruptions} streams reopened, ` +
    `${lost} of ${acknowledged} writes lost`
  )
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
