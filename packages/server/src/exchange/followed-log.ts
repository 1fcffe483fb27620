import { Deafness } from './deafness.js'
import {
  type Codec,
  type ExchangeLost,
  type Follower,
  LOG_BATCHES,
  LOG_CHARACTERS,
  LOG_TTL_MS,
} from './exchange.js'
import { InOrder } from './in-order.js'
import type { Outbox, Parcel } from './outbox.js'
import type { Reply } from './redis-connection.js'
import { type LoggedBatch, parseBatch, type WrittenBatch } from './redis-keys.js'
import type { RedisLink } from './redis-link.js'
import type { KnownLog, LoggedRoom } from './redis-log.js'
import { APPEND, CHECKPOINT, HOLD, READ, type Script } from './redis-scripts.js'
import type { NodeId } from './node.js'

/** How long an acknowledged batch waits for earlier ones, which arrive on the room's channel. */
const OVERTAKEN_MS = 100
/** How often Redis hears that a room is followed; well before its log expires. */
const HOLD_MS = 10_000
/** The number of batches in one read. */
const PAGE = 128

/** The context for following a room's log. */
export interface LogContext<T> {
  readonly link: RedisLink<T>
  readonly codec: Codec<T>
  readonly follower: Follower<T>
  readonly outbox: Outbox<T>
  /** The keys of the room and of its log. */
  readonly logKeys: readonly string[]
  readonly fenceKey: string
  readonly channel: string
  /** Called when another log has replaced this one, or it lacks batches that this node needs. */
  readonly replaced: () => void
  /** Called when Redis doesn't answer, or its messages don't arrive. */
  readonly unreachable: () => void
  /** Runs work once after a delay. The returned function cancels it. */
  readonly after: (ms: number, work: () => void) => () => void
  /** Handles the failure of work in the background. */
  readonly watch: (work: Promise<void>) => void
}

/**
 * A room's log in Redis, from the point where a node joins until the log is replaced or lost.
 *
 * 1. Batches arrive on the room's channel and go to the follower in the order of their numbers.
 * 2. A gap means that a message was lost: read the missing batches from the log.
 * 3. Append one batch at a time, with as much of the outbox as fits. Redis answers its number.
 * 4. Report the number to the appender only after the follower received the batch.
 * 5. Periodically tell Redis that the room is followed, and check whether a batch was missed.
 */
export class FollowedLog<T> {
  readonly #inOrder: InOrder<WrittenBatch>
  /** Distinguishes the last batch from another one with the same number. */
  #mark = ''
  #isOver = false
  #sent: Parcel<T> | undefined
  /** This node's batches that are in the log but haven't reached the follower. */
  readonly #acknowledged = new Map<number, Parcel<T>>()
  #isRepairing = false
  #cancelRepair: (() => void) | undefined
  readonly #deafness = new Deafness()
  /** When Redis last heard that the room is followed. */
  #heldMs: number
  /** When the next batch may be sent. */
  #nextMs = -Infinity
  /** Cancels the wait until then. */
  #cancelPause: (() => void) | undefined

  /** @param fence invalidates requests that were made under a lower one */
  constructor(
    private readonly context: LogContext<T>,
    readonly life: number,
    private readonly fence: number,
    number: number,
  ) {
    this.#heldMs = context.link.surroundings.now()
    this.#inOrder = new InOrder(number, (batch) => this.#deliver(batch))
  }

  /** The log, and the position up to which this node has read it. */
  get known(): KnownLog {
    return { life: this.life, number: this.#inOrder.number, mark: this.#mark }
  }

  /** Passes the follower the batches that the log had when the node joined. */
  tell({ batches }: LoggedRoom): void {
    for (const { batch } of batches) this.#inOrder.offer(batch)
  }

  /** Takes a batch from the room's channel. */
  hear({ life, batch }: LoggedBatch): void {
    if (this.#isOver || life < this.life) return
    if (life > this.life) return this.context.replaced()
    this.#inOrder.offer(batch)
    // Messages arrive in order, so a missing one was lost.
    if (this.#inOrder.hasGap) this.context.watch(this.#repair())
  }

  /** Sends the next batch of the outbox, unless one is on its way. */
  send(): void {
    const { link, outbox, follower } = this.context
    if (this.#isOver || this.#sent !== undefined) return
    if (!link.live) return this.context.unreachable()
    if (outbox.empty || this.#cancelPause !== undefined) return
    const nowMs = link.surroundings.now()
    if (nowMs < this.#nextMs) return this.#sendLater(this.#nextMs - nowMs)
    const parcel = outbox.take()!
    this.#sent = parcel
    this.#nextMs = nowMs + (follower.batchIntervalMs?.() ?? 0)
    this.context.watch(this.#append(parcel))
  }

  async checkpoint(number: number, state: string): Promise<void> {
    const { link, logKeys } = this.context
    await link.ask(CHECKPOINT, logKeys, [this.life, number, state, LOG_TTL_MS])
  }

  /** Checks for changes that no message reports. Call it periodically. */
  look(nowMs: number): void {
    const { link, channel } = this.context
    if (this.#deafness.isLong(link.hearsFrom(channel), nowMs)) this.context.unreachable()
    else if (nowMs - this.#heldMs > HOLD_MS) this.check()
  }

  /** Tells Redis that the room is followed, and checks whether a batch was missed. */
  check(): void {
    this.context.watch(this.#check())
  }

  /** Stops delivering and sending batches. */
  stop(): void {
    this.#isOver = true
    this.#cancelRepair?.()
    this.#cancelPause?.()
  }

  /** Rejects the batches that were sent, as their outcome is unknown. */
  refuse(error: ExchangeLost): void {
    this.#sent?.failed(error)
    for (const parcel of this.#acknowledged.values()) parcel.failed(error)
    this.#sent = undefined
    this.#acknowledged.clear()
  }

  async #check(): Promise<void> {
    if (this.#isOver) return
    const { logKeys, fenceKey, link } = this.context
    this.#heldMs = link.surroundings.now()
    const args = [this.life, this.fence, LOG_TTL_MS, this.#inOrder.number, this.#mark]
    const reply = await this.#ask(HOLD, [...logKeys, fenceKey], args)
    if (reply === undefined) return
    // The log was replaced, or lost batches that this node knows.
    if (reply === null) this.context.replaced()
    else if (Number(reply) > this.#inOrder.number) await this.#repair(Number(reply))
  }

  #deliver({ number, atMs, node, texts }: WrittenBatch): void {
    if (this.#isOver) return
    this.#mark = `${atMs} ${node}`
    const acknowledged = this.#acknowledged.get(number)
    const own = acknowledged ?? this.#sentAs(node, texts)
    const operations = own?.operations ?? texts.map((text) => this.context.codec.read(text))
    this.context.follower.batch({ number, atMs, node, operations })
    acknowledged?.delivered(number)
    this.#acknowledged.delete(number)
  }

  /** Returns the sent parcel that equals a batch, which may arrive before its acknowledgement. */
  #sentAs(node: NodeId, texts: readonly string[]): Parcel<T> | undefined {
    const isSent =
      node === this.context.link.node && this.#sent?.texts.join('\n') === texts.join('\n')
    return isSent ? this.#sent : undefined
  }

  #sendLater(ms: number): void {
    this.#cancelPause = this.context.after(ms, () => {
      this.#cancelPause = undefined
      this.send()
    })
  }

  async #append(parcel: Parcel<T>): Promise<void> {
    const { link, logKeys, fenceKey, channel } = this.context
    const { texts } = parcel
    this.#heldMs = link.surroundings.now()
    const bounds = [LOG_TTL_MS, LOG_BATCHES, LOG_CHARACTERS]
    const known = [this.#inOrder.number, this.#mark]
    const args = [this.life, this.fence, link.node, texts.join('\n'), ...bounds, ...known]
    const reply = await this.#ask(APPEND, [...logKeys, fenceKey, channel], args)
    if (reply === undefined) return
    if (reply === null) return this.context.replaced()
    const [number, atMs] = (reply as string[]).map(Number) as [number, number]
    this.#sent = undefined
    if (number <= this.#inOrder.number) parcel.delivered(number)
    else {
      this.#acknowledged.set(number, parcel)
      this.#inOrder.offer({ number, atMs, node: link.node, texts })
      if (this.#inOrder.hasGap) this.#repairSoon()
    }
    this.send()
  }

  #repairSoon(): void {
    this.#cancelRepair?.()
    this.#cancelRepair = this.context.after(OVERTAKEN_MS, () => {
      if (this.#inOrder.hasGap) this.context.watch(this.#repair())
    })
  }

  /**
   * Reads missing batches from the log.
   *
   * @param last the number of the newest known batch; a checkpoint may have removed it from the log
   */
  async #repair(last = 0): Promise<void> {
    if (this.#isOver || this.#isRepairing) return
    this.#isRepairing = true
    try {
      const isWhole = await this.#readOn()
      if (this.#isOver) return
      if (!isWhole || this.#inOrder.number < last) this.context.replaced()
    } finally {
      this.#isRepairing = false
    }
  }

  /** Returns whether the log still had all the missing batches. */
  async #readOn(): Promise<boolean> {
    for (;;) {
      const next = this.#inOrder.number + 1
      const reply = await this.#ask(READ, this.context.logKeys, [this.life, next, PAGE])
      if (reply === undefined) return true
      if (reply === null) return false
      const batches = (reply as string[]).map((text) => parseBatch(text).batch)
      if (batches.length > 0 && batches[0]!.number > this.#inOrder.number + 1) return false
      for (const batch of batches) this.#inOrder.offer(batch)
      if (this.#isOver) return true
      if (batches.length < PAGE) return !this.#inOrder.hasGap
    }
  }

  /** Returns the reply of a script; `undefined` after a failure, or if this log was stopped meanwhile. */
  async #ask(
    script: Script,
    keys: readonly string[],
    args: readonly unknown[],
  ): Promise<Reply | undefined> {
    try {
      const reply = await this.context.link.ask(script, keys, args)
      return this.#isOver ? undefined : reply
    } catch {
      if (!this.#isOver) this.context.unreachable()
      return undefined
    }
  }
}
