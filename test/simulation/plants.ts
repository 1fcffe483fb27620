import type {
  Batch,
  Exchange,
  Follower as FollowerOf,
} from '../../packages/server/src/exchange/exchange.js'
import type { Operation } from '../../packages/server/src/room/operation.js'
import type { Numbered } from '../../packages/server/src/rooms/outcomes.js'
import type { Plant, SimulatedNode } from './node.js'

type Follower = FollowerOf<Numbered>

/** A fault between a room and its exchange. */
interface Fault {
  /** Replaces the follower. */
  readonly follower?: (follower: Follower, node: SimulatedNode) => Follower
  /** Replaces an appended operation. */
  readonly operation?: (operation: Operation) => Operation
  /** Whether appends are acknowledged too early. */
  readonly isHasty?: boolean
  /** Whether broadcasts are appended twice. */
  readonly isTwice?: boolean
  /** Whether updates stored while cut off are not recorded. */
  readonly isMute?: boolean
}

/** Servers with one bug each, all of which must be found. */
export const PLANTS: Readonly<Record<string, Plant>> = {
  'applies a batch twice': plant({
    follower: (follower) => ({
      ...passingOn(follower),
      batch(batch) {
        follower.batch(batch)
        if (batch.number % 7 === 0) follower.batch(batch)
      },
    }),
  }),
  'does not restate its members when it is back': plant({
    operation: (operation) =>
      operation.do === 'restate' ? { ...operation, members: [] } : operation,
  }),
  'restates its members without their locations': plant({
    operation: (operation) => {
      if (operation.do !== 'restate') return operation
      const members = operation.members.map((member) => ({ ...member, location: null }))
      return { ...operation, members }
    },
  }),
  'ignores that a node is gone': plant({
    operation: (operation) => (operation.do === 'gone' ? { do: 'expire' } : operation),
  }),
  'keeps epoch and versions after Redis has lost everything': plant({
    follower: (follower) => {
      let first: { epoch: string; firstVersion: number } | undefined
      return {
        ...passingOn(follower),
        begin({ epoch, firstVersion, checkpoint }) {
          first ??= { epoch, firstVersion }
          follower.begin({ ...first, checkpoint })
        },
      }
    },
  }),
  'ends leases by its own clock': plant({
    follower: (follower, { machine }) => ({
      ...passingOn(follower),
      batch(batch) {
        const isEnd = operationsOf(batch).some(({ do: what }) => what === 'expire')
        follower.batch(
          isEnd ? { ...batch, atMs: batch.atMs + (machine.host.now() % 5_000) } : batch,
        )
      },
    }),
  }),
  'sends a broadcast again': plant({ isTwice: true }),
  'vouches for locks that others hold': plant({
    operation: (operation) => (operation.do === 'rely' ? { do: 'expire' } : operation),
  }),
  'answers too early': plant({ isHasty: true }),
  'does not record updates that it stored while cut off': plant({ isMute: true }),
}

function plant({
  follower: standIn,
  operation: instead,
  isHasty = false,
  isTwice = false,
  isMute = false,
}: Fault): Plant {
  return (exchange, node) => {
    node.leavesWord = !isMute
    const follow = exchange.follow.bind(exchange)
    const planted: Pick<Exchange<Numbered>, 'follow'> = {
      follow(room, follower) {
        const following = follow(room, standIn?.(follower, node) ?? follower)
        const append = following.append.bind(following)
        following.append = (operations) => {
          const appended = append.call(
            following,
            operations.flatMap((each) => {
              const told = replace(each, instead)
              return isTwice && each[1].do === 'broadcast' ? [told, told] : [told]
            }),
          )
          if (!isHasty) return appended
          appended.catch(() => {})
          return Promise.resolve(0)
        }
        return following
      },
    }
    return Object.assign(exchange, planted)
  }
}

function replace([number, operation]: Numbered, instead: Fault['operation']): Numbered {
  return [number, instead?.(operation) ?? operation]
}

function operationsOf({ operations }: Batch<Numbered>): Operation[] {
  return operations.map(([, operation]) => operation)
}

function passingOn(follower: Follower): Follower {
  return {
    begin: (history) => follower.begin(history),
    batch: (batch) => follower.batch(batch),
    lost: () => follower.lost(),
    broken: (error) => follower.broken(error),
  }
}
