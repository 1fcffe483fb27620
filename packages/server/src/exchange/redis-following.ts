import type { Json } from '@whereabouts/protocol'
import { Deafness } from './deafness.js'
import {
  ExchangeLost,
  type Follower,
  type Following,
  LOG_BATCHES,
  LOG_CHARACTERS,
  LOG_TTL_MS,
} from './exchange.js'
import { InOrder } from './in-order.js'
import { Outbox, type Parcel } from './outbox.js'
import { backoffMs, type Reply } from './redis-connection.js'
import { BrokenLog, type LoggedBatch, parseBatch, type WrittenBatch } from './redis-keys.js'
import type { RedisLink } from './redis-link.js'
import { type LoggedRoom, readRoom } from './redis-log.js'
import { APPEND, CHECKPOINT, DISCARD, HOLD, PART, READ, type Script } from './redis-scripts.js'

/** How long a batch of our own waits for those before it, which come another way. */
const OVERTAKEN_MS = 100
/** How often Redis hears that a room is followed; well before its log expires. */
const HOLD_MS = 10_000
/** Batches that are read at a time. */
const PAGE = 128

/**
 * `waiting` for the exchange, or to be told where the room begins; `here` in the log; `lost`;
 * `ended`.
 */
type State = 'waiting' | 'here' | 'lost' | 'ended'

/** One room that a node follows in Redis. */
export class RedisFollowing implements Following {
  readonly #outbox = new Outbox()
  readonly #channel: string
  readonly #fenceKey: string
  #state: State = 'waiting'
  /** Counts the times that this one began or was lost: what was asked before is void. */
  #turn = 0
  #begun = false
  #life = 0
  /** Of the last batch that the follower was told of. */
  #mark = ''
  #inOrder: InOrder<WrittenBatch> | undefined
  /** What is heard before it is known where the room begins. */
  #heard: LoggedBatch[] = []
  #sent: Parcel | undefined
  /** In the log, and not told to the follower yet. */
  readonly #acknowledged = new Map<number, Parcel>()
  #repairing = false
  #cancel: (() => void) | undefined
  #failures = 0
  /** When Redis last heard of it that somebody is here. */
  #heldMs = 0
  #deafness = new Deafness()
  #sentMs = -Infinity
  /** What waits for the interval to be over. */
  #stopPausing: (() => void) | undefined

  constructor(
    private readonly link: RedisLink,
    private readonly room: string,
    private readonly follower: Follower,
    name: string,
  ) {
    this.#channel = link.keys.channel(room)
    this.#fenceKey = link.keys.fence(room, name)
  }

  append(operations: readonly Json[]): Promise<number> {
    if (this.#state === 'lost' || this.#state === 'ended') return Promise.reject(this.#refusal())
    const appended = this.#outbox.add(operations)
    this.#send()
    return appended
  }

  async checkpoint(number: number, state: string): Promise<void> {
    if (this.#state !== 'here') throw this.#refusal()
    await this.link.ask(CHECKPOINT, this.#logKeys(), [this.#life, number, state, LOG_TTL_MS])
  }

  end(): void {
    if (this.#state === 'ended') return
    this.#leave('ended')
    this.link.unsubscribe(this.#channel, this.#hear)
    // If it isn't heard, it expires.
    this.link.ask(PART, [this.#fenceKey], []).catch(() => {})
    this.link.ended(this)
  }

  discard(): void {
    if (this.#state === 'ended') return
    this.end()
    // If it isn't heard, whoever reads the log next finds the same, and discards it then.
    this.link.ask(DISCARD, this.#logKeys(), [this.#life, LOG_TTL_MS]).catch(() => {})
  }

  /** Something here failed that nobody waits for. @see PROTOCOL.md EX9 */
  broken(error: unknown): void {
    if (this.#state === 'ended') return
    if (error instanceof BrokenLog && error.life > 0) this.#life = error.life
    this.follower.broken(error)
  }

  /** Begins, or begins anew. */
  begin(): void {
    if (this.#state === 'ended') return
    if (this.#state !== 'lost') this.#state = 'waiting'
    this.#turn += 1
    this.#heard = []
    this.#cancel?.()
    this.#watch(this.#join(this.#turn))
  }

  /** The exchange can't be reached. */
  lose(): void {
    if (this.#state === 'lost' || this.#state === 'ended') return
    this.#leave('lost')
    this.follower.lost()
  }

  /** Call at a calm pace: notices what nobody says. */
  look(nowMs: number): void {
    if (this.#state !== 'here') return
    if (this.#deafness.isLong(this.link.hearsFrom(this.#channel), nowMs)) this.#fail()
    else if (nowMs - this.#heldMs > HOLD_MS) this.check()
  }

  /** Says that somebody is here, and sees whether something was missed. */
  check(): void {
    this.#watch(this.#check())
  }

  async #check(): Promise<void> {
    if (this.#state !== 'here') return
    const turn = this.#turn
    this.#heldMs = this.link.surroundings.now()
    const args = [this.#life, turn, LOG_TTL_MS, this.#inOrder!.number, this.#mark]
    const reply = await this.#try(turn, HOLD, [...this.#logKeys(), this.#fenceKey], args)
    if (turn !== this.#turn || reply === undefined) return
    // Another log, or one that forgot what it had.
    if (reply === null) this.begin()
    else if (Number(reply) > this.#inOrder!.number) await this.#repair(Number(reply))
  }

  async #join(turn: number): Promise<void> {
    try {
      // When all rooms begin at once, not all of them are read at once.
      await this.link.gate.pass(async () => {
        if (turn !== this.#turn) return
        await this.link.subscribe(this.#channel, this.#hear)
        const known = { life: this.#life, number: this.#inOrder?.number ?? 0, mark: this.#mark }
        const keys = [...this.#logKeys(), this.#fenceKey]
        const room = await readRoom(this.link, keys, known, turn)
        if (turn === this.#turn) this.#beginAt(room, turn)
      })
    } catch (error) {
      if (turn !== this.#turn) return
      if (!(error instanceof ExchangeLost)) throw error
      this.#fail()
    }
  }

  #beginAt({ life, checkpoint, batches }: LoggedRoom, turn: number): void {
    if (this.#begun) this.#refuse()
    this.#begun = true
    this.#failures = 0
    this.#deafness = new Deafness()
    this.#heldMs = this.link.surroundings.now()
    this.#life = life
    this.#mark = ''
    this.#inOrder = new InOrder(checkpoint?.number ?? 0, (batch) => this.#deliver(batch))
    const heard = this.#heard
    this.#heard = []
    this.#state = 'waiting'
    this.follower.begin({ epoch: this.link.epoch, firstVersion: life, checkpoint })
    for (const { batch } of batches) this.#inOrder.offer(batch)
    // The follower may have had enough.
    if (turn !== this.#turn) return
    this.#state = 'here'
    for (const logged of heard) this.#take(logged)
    this.#send()
  }

  readonly #hear = (message: string): void => {
    if (this.#state === 'ended') return
    this.#run(() => {
      const logged = parseBatch(message)
      if (this.#state === 'here') this.#take(logged)
      else if (this.#heard.length < LOG_BATCHES) this.#heard.push(logged)
    })
  }

  #take({ life, batch }: LoggedBatch): void {
    if (this.#state !== 'here' || life < this.#life) return
    if (life > this.#life) return this.begin()
    this.#inOrder!.offer(batch)
    // Messages come in order: what is missing was lost on the way.
    if (this.#inOrder!.hasGap) this.#watch(this.#repair())
  }

  #deliver({ number, atMs, node, texts }: WrittenBatch): void {
    if (this.#state === 'ended') return
    this.#mark = `${atMs} ${node}`
    const operations = texts.map((text) => JSON.parse(text) as Json)
    this.follower.batch({ number, atMs, node, operations })
    this.#acknowledged.get(number)?.delivered(number)
    this.#acknowledged.delete(number)
  }

  #send(): void {
    if (this.#state !== 'here' || this.#sent !== undefined) return
    if (!this.link.live) return this.#fail()
    if (this.#outbox.empty || this.#stopPausing !== undefined) return
    const pauseMs = this.#sentMs + this.link.intervalMs - this.link.surroundings.now()
    if (pauseMs > 0) return this.#sendLater(pauseMs)
    const parcel = this.#outbox.take()!
    this.#sent = parcel
    this.#sentMs = this.link.surroundings.now()
    this.#watch(this.#append(parcel, this.#turn))
  }

  #sendLater(ms: number): void {
    this.#stopPausing = this.#after(ms, () => {
      this.#stopPausing = undefined
      this.#send()
    })
  }

  async #append(parcel: Parcel, turn: number): Promise<void> {
    const { node } = this.link
    const { texts } = parcel
    this.#heldMs = this.link.surroundings.now()
    const keys = [...this.#logKeys(), this.#fenceKey, this.#channel]
    const bounds = [LOG_TTL_MS, LOG_BATCHES, LOG_CHARACTERS]
    const known = [this.#inOrder!.number, this.#mark]
    const args = [this.#life, turn, node, texts.join('\n'), ...bounds, ...known]
    const reply = await this.#try(turn, APPEND, keys, args)
    // Whoever waited was refused when the turn ended.
    if (turn !== this.#turn || reply === undefined) return
    if (reply === null) return this.begin()
    const [number, atMs] = (reply as string[]).map(Number) as [number, number]
    this.#sent = undefined
    if (number <= this.#inOrder!.number) parcel.delivered(number)
    else {
      this.#acknowledged.set(number, parcel)
      this.#inOrder!.offer({ number, atMs, node, texts })
      if (this.#inOrder!.hasGap) this.#repairSoon()
    }
    this.#send()
  }

  #repairSoon(): void {
    this.#cancel?.()
    this.#cancel = this.#after(OVERTAKEN_MS, () => {
      if (this.#inOrder?.hasGap === true) this.#watch(this.#repair())
    })
  }

  /**
   * Reads in the log what wasn't heard.
   *
   * @param last the number of the newest batch as far as is known; a checkpoint may have cut it
   */
  async #repair(last = 0): Promise<void> {
    if (this.#state !== 'here' || this.#repairing) return
    this.#repairing = true
    const turn = this.#turn
    try {
      const isWhole = await this.#readOn(turn)
      if (turn !== this.#turn) return
      if (!isWhole || this.#inOrder!.number < last) this.begin()
    } finally {
      this.#repairing = false
    }
  }

  /** Whether the log still had all that was missing. */
  async #readOn(turn: number): Promise<boolean> {
    for (;;) {
      const next = this.#inOrder!.number + 1
      const reply = await this.#try(turn, READ, this.#logKeys(), [this.#life, next, PAGE])
      if (turn !== this.#turn || reply === undefined) return true
      if (reply === null) return false
      const batches = (reply as string[]).map((text) => parseBatch(text).batch)
      if (batches.length > 0 && batches[0]!.number > this.#inOrder!.number + 1) return false
      for (const batch of batches) this.#inOrder!.offer(batch)
      if (turn !== this.#turn) return true
      if (batches.length < PAGE) return !this.#inOrder!.hasGap
    }
  }

  /** Asks; `undefined` if there is no answer, and then the room is lost. */
  async #try(
    turn: number,
    script: Script,
    keys: readonly string[],
    args: readonly unknown[],
  ): Promise<Reply | undefined> {
    try {
      return await this.link.ask(script, keys, args)
    } catch {
      if (turn === this.#turn) this.#fail()
      return undefined
    }
  }

  /** This room can't be reached, be it that others can; tries again, ever less often. */
  #fail(): void {
    this.lose()
    this.link.troubled()
    this.#failures += 1
    this.#cancel?.()
    const waitMs = backoffMs(this.#failures, this.link.surroundings.random())
    this.#cancel = this.#after(waitMs, () => {
      if (this.#state === 'lost' && this.link.live) this.begin()
    })
  }

  /** Calls back once; what that throws is this room's alone. */
  #after(ms: number, work: () => void): () => void {
    return this.link.surroundings.after(ms, () => this.#run(work))
  }

  #run(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.broken(error)
    }
  }

  #watch(work: Promise<void>): void {
    work.catch((error: unknown) => this.broken(error))
  }

  #leave(state: 'lost' | 'ended'): void {
    this.#state = state
    this.#turn += 1
    this.#cancel?.()
    this.#stopPausing?.()
    this.#stopPausing = undefined
    this.#refuse()
  }

  /** Nobody knows what became of what was sent, and what wasn't will not be. */
  #refuse(): void {
    const error = this.#refusal()
    this.#sent?.failed(error)
    this.#sent = undefined
    for (const parcel of this.#acknowledged.values()) parcel.failed(error)
    this.#acknowledged.clear()
    this.#outbox.fail(error)
  }

  #refusal(): ExchangeLost {
    return new ExchangeLost(
      this.#state === 'ended'
        ? 'the room is not followed any more'
        : 'the exchange could not be reached',
    )
  }

  #logKeys(): string[] {
    return [this.link.keys.room(this.room), this.link.keys.log(this.room)]
  }
}
