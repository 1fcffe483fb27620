import { type Exchange, ExchangeLost, type KeptPromise } from '../exchange/exchange.js'
import type { Operation, Presence } from '../room/operation.js'
import { Promises } from '../room/promises.js'
import type { Clock } from '../stream/clock.js'
import type { HostedRoom } from './hosted-rooms.js'
import type { Role } from './role.js'

/** How often it is looked whether a member that is away has confirmed to another node. */
const RECHECK_MS = 1_000

/**
 * Judges the promises of the members that are connected to this node, and of no others.
 *
 * 1. A confirmation that changes what the nodes know of a member (its status, or what it promises) is an
 *    operation for all nodes.
 * 2. Any other confirmation is noted here. If its member is connected to another node, it is also kept in
 *    the exchange, where it expires by itself.
 * 3. When a promise is due, the exchange is asked whether another node heard the member in time. If not,
 *    all nodes are told that the member is overdue.
 *
 * @see PROTOCOL.md CO2, CO8
 */
export class SharedPromises {
  readonly #promises: Promises

  constructor(
    private readonly room: HostedRoom,
    private readonly exchange: Exchange<unknown>,
    private readonly clock: Clock,
    role: Role,
  ) {
    this.#promises = new Promises((id) => role.isConnected(id))
  }

  /** Notes what an operation promises, after it was applied. */
  heed(operation: Operation): void {
    this.#promises.heed(operation, this.clock.now())
  }

  /** Gives every member its whole time again, because confirmations may have been lost. */
  renew(): void {
    this.#promises.renew(this.clock.now())
  }

  /** Takes a confirmation. Returns `false` if all nodes have to be told. */
  async confirm(id: string, presence: Presence): Promise<boolean> {
    const { room } = this.room
    const { nextWithinMs: withinMs } = presence
    const connections = room.connections.of(id)
    const isKnown = connections > 0 && isSame(room.presence(id), presence)
    if (!isKnown || room.get(id)?.status !== 'online') return false
    this.#promises.note(id, withinMs, this.clock.now())
    const isElsewhere = connections > room.connections.to(this.exchange.node, id)
    if (isElsewhere && withinMs !== undefined)
      await orLost(this.exchange.promise(this.room.name, id, withinMs))
    return true
  }

  /** Judges the promises that are due. */
  tick(): void {
    const due = this.#promises.takeDue(this.clock.now())
    if (due.length > 0) this.room.guard.watch(this.#judge(due))
  }

  async #judge(due: readonly string[]): Promise<void> {
    const before = due.map((id) => this.#promises.madeAtMs(id))
    const kept = await orLost(this.exchange.promised(this.room.name, due))
    const judged = due.map(async (id, index) => {
      // The member may have confirmed here meanwhile.
      if (this.#promises.madeAtMs(id) !== before[index]) return
      const heard = kept?.[index]
      if (kept === undefined) this.#again(id, RECHECK_MS)
      else if (heard === undefined || heard.withinMs !== this.room.room.presence(id).nextWithinMs)
        await this.#notHeard(id)
      else await this.#heard(id, heard)
    })
    await Promise.all(judged)
  }

  /** Handles a member that confirmed to another node in time. */
  async #heard(id: string, { leftMs }: KeptPromise): Promise<void> {
    this.#again(id, leftMs)
    if (this.room.room.get(id)?.status === 'away') await this.#tellOnline(id)
  }

  /** Handles a member that confirmed to no node in time. */
  async #notHeard(id: string): Promise<void> {
    const { room } = this.room
    const status = room.get(id)?.status
    if (status !== undefined) this.#again(id, RECHECK_MS)
    if (status !== 'online') return
    const beforeMs = this.#promises.madeAtMs(id)
    await this.room.commit({ do: 'overdue', id })
    // The member may have confirmed while the others were being told.
    const isBack = this.#promises.madeAtMs(id) !== beforeMs
    if (isBack && room.presence(id).nextWithinMs !== undefined) await this.#tellOnline(id)
  }

  #again(id: string, inMs: number): void {
    this.#promises.defer(id, this.clock.now() + inMs)
  }

  async #tellOnline(id: string): Promise<void> {
    await this.room.commit({ do: 'confirm', id, ...this.room.room.presence(id) })
  }
}

function isSame(one: Presence, other: Presence): boolean {
  return one.nextWithinMs === other.nextWithinMs && (one.polls ?? false) === (other.polls ?? false)
}

/** Resolves with `undefined` if the exchange is lost. */
async function orLost<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking
  } catch (error) {
    if (error instanceof ExchangeLost) return undefined
    throw error
  }
}
