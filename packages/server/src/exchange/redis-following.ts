import {
  type Codec,
  ExchangeLost,
  type Follower,
  type Following,
  LOG_BATCHES,
  LOG_TTL_MS,
} from './exchange.js'
import { FollowedLog, type LogContext } from './followed-log.js'
import { Outbox } from './outbox.js'
import { backoffMs } from './redis-connection.js'
import { BrokenLog, type LoggedBatch, parseBatch } from './redis-keys.js'
import type { RedisLink } from './redis-link.js'
import { type KnownLog, type LoggedRoom, readRoom } from './redis-log.js'
import { DISCARD, PART } from './redis-scripts.js'

const NEVER_HEARD: KnownLog = { life: 0, number: 0, mark: '' }

type State<T> =
  /** Redis isn't connected yet, or the log is being read. Appends wait. */
  | { readonly kind: 'joining' }
  | { readonly kind: 'here'; readonly log: FollowedLog<T> }
  /** The log can't be reached, or is being read again after that. Appends are refused. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'ended' }

/**
 * One room that a node follows in Redis.
 *
 * 1. When Redis is connected, subscribe to the room's channel, then read its log (joining).
 * 2. Tell the follower where the room begins. Deliver the batches of the log, then those that arrived
 *    meanwhile, then new ones (→ here).
 * 3. If the log is replaced, begin again (→ joining). Pending appends are refused.
 * 4. If Redis doesn't answer or its messages don't arrive, tell the follower (→ lost), and begin again
 *    later.
 * 5. Each beginning has a number. Redis refuses requests with a lower number, and this node ignores
 *    answers to them.
 */
export class RedisFollowing<T> implements Following<T> {
  readonly #outbox: Outbox<T>
  readonly #context: LogContext<T>
  #state: State<T> = { kind: 'joining' }
  /** Counts beginnings and losses. Answers to requests from before the last one are void. */
  #turn = 0
  /** Whether the follower has received `begin`. */
  #hasBegun = false
  /** The last log of the room. */
  #last: FollowedLog<T> | undefined
  /** The life of a log that can't be read. */
  #brokenLife: number | undefined
  /** Batches that arrived before the room's starting point was known. */
  #heard: LoggedBatch[] = []
  #cancelRetry: (() => void) | undefined
  #failures = 0

  constructor(
    private readonly link: RedisLink<T>,
    codec: Codec<T>,
    roomName: string,
    private readonly follower: Follower<T>,
    name: string,
  ) {
    const { keys } = link
    this.#outbox = new Outbox((operation) => codec.write(operation))
    this.#context = {
      link,
      codec,
      follower,
      outbox: this.#outbox,
      logKeys: [keys.room(roomName), keys.log(roomName)],
      fenceKey: keys.fence(roomName, name),
      channel: keys.channel(roomName),
      replaced: () => this.begin(),
      unreachable: () => this.#fail(),
      after: (ms, work) => link.surroundings.after(ms, () => this.#run(work)),
      watch: (work) => this.#watch(work),
    }
  }

  append(operations: readonly T[]): Promise<number> {
    const state = this.#state
    if (state.kind === 'lost' || state.kind === 'ended') return Promise.reject(this.#refusal())
    const appended = this.#outbox.add(operations)
    if (state.kind === 'here') state.log.send()
    return appended
  }

  async checkpoint(number: number, state: string): Promise<void> {
    if (this.#state.kind !== 'here') throw this.#refusal()
    await this.#state.log.checkpoint(number, state)
  }

  end(): void {
    if (this.#state.kind === 'ended') return
    this.#leave({ kind: 'ended' })
    this.link.unsubscribe(this.#context.channel, this.#hear)
    // If the call fails, the fence expires by itself.
    this.link.ask(PART, [this.#context.fenceKey], []).catch(() => {})
    this.link.ended(this)
  }

  discard(): void {
    if (this.#state.kind === 'ended') return
    this.end()
    const life = this.#brokenLife ?? this.#known.life
    // If the call fails, the next node that reads the log discards it.
    this.link.ask(DISCARD, this.#context.logKeys, [life, LOG_TTL_MS]).catch(() => {})
  }

  /** Reports a failure that no call waits for. @see PROTOCOL.md EX9 */
  broken(error: unknown): void {
    if (this.#state.kind === 'ended') return
    if (error instanceof BrokenLog && error.life > 0) this.#brokenLife = error.life
    this.follower.broken(error)
  }

  /** Reads the room's log from its start, the first time or again. */
  begin(): void {
    const state = this.#state
    if (state.kind === 'ended') return
    if (state.kind === 'here') this.#enter({ kind: 'joining' })
    this.#turn += 1
    this.#heard = []
    this.#cancelRetry?.()
    this.#watch(this.#join(this.#turn))
  }

  /** Records that Redis can't be reached. */
  lose(): void {
    const { kind } = this.#state
    if (kind === 'lost' || kind === 'ended') return
    this.#leave({ kind: 'lost' })
    this.follower.lost()
  }

  /** Checks for changes that no message reports. Call it periodically. */
  look(nowMs: number): void {
    if (this.#state.kind === 'here') this.#state.log.look(nowMs)
  }

  /** Keeps the room's log alive, and checks whether something was missed. */
  check(): void {
    if (this.#state.kind === 'here') this.#state.log.check()
  }

  async #join(turn: number): Promise<void> {
    const { logKeys, fenceKey, channel } = this.#context
    try {
      // The gate limits how many rooms are read at once when all of them begin.
      await this.link.gate.pass(async () => {
        if (turn !== this.#turn) return
        await this.link.subscribe(channel, this.#hear)
        const room = await readRoom(this.link, [...logKeys, fenceKey], this.#known, turn)
        if (turn === this.#turn) this.#beginAt(room, turn)
      })
    } catch (error) {
      if (turn !== this.#turn) return
      if (!(error instanceof ExchangeLost)) throw error
      this.#fail()
    }
  }

  #beginAt(room: LoggedRoom, turn: number): void {
    const { life, checkpoint } = room
    if (this.#hasBegun) this.#refuse()
    this.#hasBegun = true
    this.#failures = 0
    this.#brokenLife = undefined
    this.#enter({ kind: 'joining' })
    const log = new FollowedLog(this.#context, life, turn, checkpoint?.number ?? 0)
    this.#last = log
    const heard = this.#heard
    this.#heard = []
    this.follower.begin({ epoch: this.link.epoch, firstVersion: life, checkpoint })
    log.tell(room)
    // The follower may have ended or discarded the room in `begin`.
    if (turn !== this.#turn) return log.stop()
    this.#enter({ kind: 'here', log })
    for (const logged of heard) log.hear(logged)
    log.send()
  }

  readonly #hear = (message: string): void => {
    if (this.#state.kind === 'ended') return
    this.#run(() => {
      const logged = parseBatch(message)
      if (this.#state.kind === 'here') this.#state.log.hear(logged)
      else if (this.#heard.length < LOG_BATCHES) this.#heard.push(logged)
    })
  }

  /** Tries again with growing delays, since this room can't be reached although others may be. */
  #fail(): void {
    this.lose()
    this.link.troubled()
    this.#failures += 1
    this.#cancelRetry?.()
    const waitMs = backoffMs(this.#failures, this.link.surroundings.random())
    this.#cancelRetry = this.#context.after(waitMs, () => {
      if (this.#state.kind === 'lost' && this.link.live) this.begin()
    })
  }

  /** Runs a room's work, whose exceptions must not affect other rooms. */
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

  #leave(state: State<T>): void {
    this.#turn += 1
    this.#cancelRetry?.()
    this.#enter(state)
    this.#refuse()
  }

  #enter(state: State<T>): void {
    const before = this.#state
    this.#state = state
    if (before.kind === 'here') before.log.stop()
  }

  /** Rejects sent appends, whose outcome is unknown, and waiting ones, which are never sent. */
  #refuse(): void {
    const error = this.#refusal()
    this.#last?.refuse(error)
    this.#outbox.fail(error)
  }

  get #known(): KnownLog {
    return this.#last?.known ?? NEVER_HEARD
  }

  #refusal(): ExchangeLost {
    return new ExchangeLost(
      this.#state.kind === 'ended'
        ? 'the room is not followed any more'
        : 'the exchange could not be reached',
    )
  }
}
