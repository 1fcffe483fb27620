import { randomBytes } from 'node:crypto'
import {
  type Batch,
  type Checkpoint,
  type Exchange,
  ExchangeLost,
  type Follower,
  type Following,
  type GoneListener,
  type History,
  type KeptPromise,
  type Notices,
  type ToldListener,
  VERSIONS_A_BATCH,
} from '../../packages/server/src/exchange/exchange.js'
import { InOrder } from '../../packages/server/src/exchange/in-order.js'
import { newNode, type NodeId } from '../../packages/server/src/exchange/node.js'
import { Outbox } from '../../packages/server/src/exchange/outbox.js'
import { KeptPromises } from './kept-promises.js'

/** The rooms that exchanges within one process share. */
export class MemoryLogs<T> {
  readonly epoch = randomBytes(6).toString('hex')
  readonly promises = new KeptPromises()
  readonly #logs = new Map<string, MemoryLog<T>>()
  readonly #exchanges = new Map<NodeId, (gone: NodeId) => void>()
  readonly #listeners = new Map<NodeId, ToldListener[]>()
  /** At least the highest version of any forgotten room. */
  #versions = 0

  /** @param keep how many batches a log keeps for late followers */
  constructor(private readonly keep: number) {}

  get nodes(): ReadonlySet<NodeId> {
    return new Set(this.#exchanges.keys())
  }

  log(room: string): MemoryLog<T> {
    const known = this.#logs.get(room)
    if (known !== undefined) return known
    const log = new MemoryLog(this, this.keep, () => this.#logs.delete(room))
    this.#logs.set(room, log)
    return log
  }

  /** The version after which a new log starts. @see PROTOCOL.md RM9 */
  get version(): number {
    return this.#versions
  }

  /** Records that a log ends or starts again. @param version at least its highest version */
  used(version: number): void {
    this.#versions = Math.max(this.#versions, version + VERSIONS_A_BATCH)
  }

  join(node: NodeId, gone: (node: NodeId) => void): void {
    this.#exchanges.set(node, gone)
  }

  /** Tells all nodes except the sender. */
  tell(from: NodeId, notice: string): void {
    for (const [node, listeners] of this.#listeners) {
      if (node !== from) for (const listener of listeners) listener(notice)
    }
  }

  listen(node: NodeId, listener: ToldListener): void {
    this.#listeners.set(node, [...(this.#listeners.get(node) ?? []), listener])
  }

  leave(node: NodeId): void {
    this.#listeners.delete(node)
    if (!this.#exchanges.delete(node)) return
    for (const gone of this.#exchanges.values()) gone(node)
  }
}

/**
 * The exchange of several nodes in one process, for tests. An append reaches its follower before
 * `append` returns; an append made during a delivery follows after that delivery.
 * `begin` is called before `follow` returns.
 */
export class MemoryExchange<T> implements Exchange<T>, Notices {
  readonly node = newNode()
  readonly isReachable = true
  readonly #listeners: GoneListener[] = []
  readonly #followings = new Set<MemoryFollowing<T>>()

  /** @param logs the logs that the exchanges of one process share */
  constructor(private readonly logs: MemoryLogs<T>) {
    this.logs.join(this.node, (gone) => {
      for (const listener of this.#listeners) listener(gone, true)
    })
  }

  follow(room: string, follower: Follower<T>): Following<T> {
    const log = this.logs.log(room)
    const following: MemoryFollowing<T> = new MemoryFollowing(this.node, log, follower, () => {
      this.#followings.delete(following)
    })
    this.#followings.add(following)
    log.add(following)
    return following
  }

  onGone(listener: GoneListener): void {
    this.#listeners.push(listener)
  }

  async nodes(): Promise<ReadonlySet<NodeId>> {
    return this.logs.nodes
  }

  async tell(notice: string): Promise<void> {
    this.logs.tell(this.node, notice)
  }

  async promise(room: string, member: string, withinMs: number): Promise<void> {
    this.logs.promises.keep(`${room} ${member}`, withinMs)
  }

  async promised(
    room: string,
    members: readonly string[],
  ): Promise<readonly (KeptPromise | undefined)[]> {
    return members.map((member) => this.logs.promises.read(`${room} ${member}`))
  }

  onTold(listener: ToldListener): void {
    this.logs.listen(this.node, listener)
  }

  async close(): Promise<void> {
    for (const following of this.#followings) following.end()
    this.logs.leave(this.node)
  }
}

/** One room's batches. */
class MemoryLog<T> {
  readonly #followings = new Set<MemoryFollowing<T>>()
  #batches: Batch<T>[] = []
  #number = 0
  #firstVersion: number
  #checkpoint: Checkpoint | null = null

  constructor(
    private readonly logs: MemoryLogs<T>,
    private readonly keep: number,
    private readonly forget: () => void,
  ) {
    this.#firstVersion = logs.version
  }

  /** Starts a follower, or all followers again if the new one needs batches that aren't kept. */
  add(following: MemoryFollowing<T>): void {
    this.#followings.add(following)
    const first = this.#batches[0]?.number ?? this.#number + 1
    if (first <= (this.#checkpoint?.number ?? 0) + 1) return this.#begin(following)
    this.#beginAnew()
    for (const each of this.#followings) this.#begin(each)
  }

  /** @param version the room's highest version without the log */
  remove(following: MemoryFollowing<T>, version: number): void {
    this.#followings.delete(following)
    this.logs.used(Math.max(version, this.#lastVersion))
    if (this.#followings.size === 0) this.forget()
  }

  append(node: NodeId, operations: readonly T[]): number {
    this.#number += 1
    const batch = { number: this.#number, atMs: performance.now(), node, operations }
    this.#batches.push(batch)
    if (this.#batches.length > this.keep) this.#batches.shift()
    const life = this.#firstVersion
    for (const following of this.#followings) {
      // A follower may have added a new one, for which the room started again.
      if (life === this.#firstVersion) following.offer(batch)
    }
    return batch.number
  }

  /** Starts again for all followers. */
  discard(): void {
    if (this.#followings.size === 0) return
    this.#beginAnew()
    for (const each of this.#followings) this.#begin(each)
  }

  checkpoint(checkpoint: Checkpoint): void {
    const { number } = checkpoint
    if (number > this.#number || number <= (this.#checkpoint?.number ?? 0)) return
    this.#checkpoint = checkpoint
    this.#batches = this.#batches.filter((batch) => batch.number > number)
  }

  /** Returns at least the highest version after the batches so far. */
  get #lastVersion(): number {
    return this.#firstVersion + VERSIONS_A_BATCH * this.#number
  }

  #beginAnew(): void {
    this.logs.used(this.#lastVersion)
    this.#firstVersion = this.logs.version
    this.#batches = []
    this.#number = 0
    this.#checkpoint = null
  }

  #begin(following: MemoryFollowing<T>): void {
    const { epoch } = this.logs
    following.begin(
      { epoch, firstVersion: this.#firstVersion, checkpoint: this.#checkpoint },
      this.#batches,
    )
  }
}

class MemoryFollowing<T> implements Following<T> {
  readonly #outbox = new Outbox<T>((operation) => JSON.stringify(operation))
  #inOrder: InOrder<Batch<T>> | undefined
  #sending = false
  #ended = false

  constructor(
    private readonly node: NodeId,
    private readonly log: MemoryLog<T>,
    private readonly follower: Follower<T>,
    private readonly forget: () => void,
  ) {}

  begin(history: History, batches: readonly Batch<T>[]): void {
    this.#sending = true
    this.#inOrder = new InOrder(history.checkpoint?.number ?? 0, (batch) => {
      if (!this.#ended) this.follower.batch(batch)
    })
    this.follower.begin(history)
    for (const batch of batches) this.#inOrder.offer(batch)
    this.#sending = false
    this.#send()
  }

  offer(batch: Batch<T>): void {
    this.#inOrder?.offer(batch)
  }

  append(operations: readonly T[]): Promise<number> {
    if (this.#ended) return Promise.reject(new ExchangeLost('the room is not followed any more'))
    const appended = this.#outbox.add(operations)
    this.#send()
    return appended
  }

  async checkpoint(number: number, state: string): Promise<void> {
    if (this.#ended) throw new ExchangeLost('the room is not followed any more')
    this.log.checkpoint({ number, state })
  }

  end(version = 0): void {
    if (this.#ended) return
    this.#ended = true
    this.#outbox.fail(new ExchangeLost('the room is not followed any more'))
    this.log.remove(this, version)
    this.forget()
  }

  discard(version = 0): void {
    if (this.#ended) return
    this.end(version)
    this.log.discard()
  }

  #send(): void {
    // An append made during the delivery of a batch waits until all have received that batch.
    if (this.#sending) return
    this.#sending = true
    for (let parcel = this.#outbox.take(); parcel !== undefined; parcel = this.#outbox.take()) {
      parcel.delivered(this.log.append(this.node, parcel.operations))
    }
    this.#sending = false
  }
}
