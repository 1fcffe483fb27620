import type { RedisClient } from './handed-client.js'
import { type Log, NO_LOG } from '../log.js'
import { Deafness } from './deafness.js'
import {
  type Codec,
  type Counting,
  type Exchange,
  ExchangeLost,
  type Follower,
  type Following,
  type GoneListener,
  LEASE_MS,
  type KeptPromise,
  messageOf,
  type Notices,
  PATIENCE_MS,
  type ToldListener,
} from './exchange.js'
import { Gate } from './gate.js'
import { type LeaseLeft, Leases } from './leases.js'
import { parseRedisUrl } from './redis-address.js'
import { addressOf as addressOfClient, placeOf } from './redis-client.js'
import type { Listener, RedisConnection, Reply } from './redis-connection.js'
import { RedisFollowing } from './redis-following.js'
import { RedisKeys } from './redis-keys.js'
import type { RedisLink } from './redis-link.js'
import { RedisNotices } from './redis-notices.js'
import { probeRights, refusalOf } from './redis-refusal.js'
import { LEAVE, PROMISE, PROMISED, PULSE, type Script, scriptOf } from './redis-scripts.js'
import { PROCESS, type Surroundings } from './surroundings.js'
import type { NodeId } from './node.js'

/** How often a node renews its lease. The renewal also checks whether Redis answers. */
const PULSE_MS = 500
/** The number of rooms whose logs are read at a time. */
const ROOMS_AT_A_TIME = 64

/**
 * Opens an exchange through Redis 7.0 or later, or Valkey. It connects and reconnects by itself;
 * `isReachable` is false while there is no connection.
 *
 * @param at an address, see {@link parseRedisUrl}, or a client of the application that has it
 * @throws {TypeError} if the address is invalid
 */
export function openRedis<T>(
  at: string | RedisClient,
  codec: Codec<T>,
  log: Log = NO_LOG,
): RedisExchange<T> {
  const { connection, prefix } = typeof at === 'string' ? parseRedisUrl(at) : placeOf(at)
  const settings = { keys: new RedisKeys(prefix), codec }
  return new RedisExchange(connection, settings, PROCESS, log)
}

/** Returns the address that {@link openRedis} connects to. */
export function addressOf(at: string | RedisClient): string {
  return typeof at === 'string' ? at : addressOfClient(at)
}

/** How operations travel. */
export interface RedisSettings<T> {
  readonly keys: RedisKeys
  readonly codec: Codec<T>
}

/** An exchange over a connection to Redis, which it closes when it closes itself. */
export class RedisExchange<T> implements Exchange<T>, Notices, Counting, RedisLink<T> {
  /** The scripts, by their texts. */
  readonly #counting = new Map<string, Script>()
  readonly node: NodeId
  readonly gate = new Gate(ROOMS_AT_A_TIME)
  readonly #followings = new Set<RedisFollowing<T>>()
  readonly #listeners: GoneListener[] = []
  readonly #notices = new RedisNotices(this)
  readonly #leases = new Leases()
  #state: 'starting' | 'live' | 'lost' | 'closed' = 'starting'
  #epoch = ''
  #decide!: () => void
  /** Settles when Redis has first answered, or can't be reached. */
  readonly #decided = new Promise<void>((resolve) => {
    this.#decide = resolve
  })
  /** Redis's message, if it refused this node and so ended the connection. */
  #refusal: string | undefined
  /** When the lease was last renewed, at the earliest. */
  #renewedMs: number
  #beating = false
  #cancel: (() => void) | undefined
  readonly #deafness = new Deafness()
  #looking: Promise<void> | undefined
  #names = 0
  #hasWarned = false

  constructor(
    private readonly connection: RedisConnection,
    private readonly settings: RedisSettings<T>,
    readonly surroundings: Surroundings,
    private readonly log: Log = NO_LOG,
  ) {
    this.node = surroundings.newName()
    this.#renewedMs = surroundings.now()
    connection.open(() => this.#returned())
    // The first beat comes earlier if the connection does.
    this.#cancel = surroundings.after(PATIENCE_MS, () => void this.#beat())
  }

  /**
   * Resolves when Redis grants this node all required rights, or can't be reached for now.
   *
   * @throws {Error} if Redis refuses the user, the password or a required right
   * @see PROTOCOL.md EX10
   */
  async admitted(): Promise<void> {
    await this.#decided
    if (this.isReachable) {
      await probeRights(this).catch((error: unknown) => {
        this.#refusal = refusalOf(error)
      })
    }
    if (this.#refusal === undefined) return
    throw new Error(
      `Redis refuses this server: ${this.#refusal} Check the user and password in the address of Redis, and the permissions of that user.`,
    )
  }

  get isReachable(): boolean {
    return this.#state === 'live'
  }

  get keys(): RedisKeys {
    return this.settings.keys
  }

  get epoch(): string {
    return this.#epoch
  }

  get live(): boolean {
    return this.#state === 'live' && this.surroundings.now() - this.#renewedMs < LEASE_MS
  }

  follow(roomName: string, follower: Follower<T>): Following<T> {
    const name = `${this.node}.${++this.#names}`
    const following = new RedisFollowing(this, this.settings.codec, roomName, follower, name)
    this.#followings.add(following)
    if (this.#state === 'live') following.begin()
    else if (this.#state === 'closed') following.end()
    else if (this.#state === 'lost') following.lose()
    return following
  }

  onGone(listener: GoneListener): void {
    this.#listeners.push(listener)
  }

  async nodes(): Promise<ReadonlySet<NodeId>> {
    // Calls in the same turn share one answer.
    this.#looking ??= Promise.resolve().then(() => {
      this.#looking = undefined
      return this.#pulse()
    })
    await this.#looking
    return this.#leases.alive
  }

  tell(notice: string): Promise<void> {
    return this.#notices.tell(notice)
  }

  count(text: string, counter: string, args: readonly string[]): Promise<Reply> {
    const known = this.#counting.get(text) ?? scriptOf(text)
    this.#counting.set(text, known)
    return this.ask(known, [this.keys.counter(counter)], args)
  }

  async promise(roomName: string, memberId: string, withinMs: number): Promise<void> {
    await this.ask(PROMISE, [this.keys.promise(roomName, memberId)], [withinMs])
  }

  async promised(
    roomName: string,
    memberIds: readonly string[],
  ): Promise<readonly (KeptPromise | undefined)[]> {
    const keys = memberIds.map((id) => this.keys.promise(roomName, id))
    const reply = (await this.ask(PROMISED, keys, [])) as number[]
    return keys.map((_, index) => {
      const [withinMs, leftMs] = reply.slice(2 * index) as [number, number]
      return leftMs > 0 ? { withinMs, leftMs } : undefined
    })
  }

  onTold(listener: ToldListener): void {
    this.#notices.onTold(listener)
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    const isLive = this.isReachable
    this.#state = 'closed'
    this.#cancel?.()
    this.#decide()
    this.#each((following) => following.end())
    // If the call fails, the lease expires by itself.
    if (isLive) await this.ask(LEAVE, [this.keys.leases], [this.node]).catch(() => {})
    this.connection.close()
  }

  async ask(script: Script, keys: readonly string[], args: readonly unknown[]): Promise<Reply> {
    return this.#inTime(this.connection.run(script, keys, args.map(String)))
  }

  async subscribe(channel: string, listener: Listener): Promise<void> {
    await this.#inTime(this.connection.subscribe(channel, listener))
  }

  unsubscribe(channel: string, listener: Listener): void {
    // A lost connection has no subscriptions, so a failure has no effect.
    this.connection.unsubscribe(channel, listener).catch(() => {})
  }

  hearsFrom(channel: string): boolean {
    return this.connection.hearsFrom(channel)
  }

  troubled(): void {
    void this.#beat()
  }

  ended(following: RedisFollowing<T>): void {
    this.#followings.delete(following)
  }

  /** Handles a new or restored connection, on which some messages may have been missed. */
  #returned(): void {
    if (this.#state === 'live') {
      this.#each((following) => following.check())
      this.#notices.missed()
    }
    void this.#beat()
  }

  /** Renews the lease, updates the state by the outcome, and schedules the next beat. */
  async #beat(): Promise<void> {
    if (this.#beating || this.#state === 'closed') return
    this.#beating = true
    this.#cancel?.()
    // Other nodes consider this node gone if it didn't renew in time, whatever Redis answers now.
    if (this.#state === 'live' && !this.live) this.#lose(new ExchangeLost('the lease ran out'))
    try {
      if (this.#isDeaf()) throw new ExchangeLost(this.connection.fault)
      await this.#pulse()
      this.#notices.look()
      this.#each((following) => following.look(this.surroundings.now()))
    } catch (error) {
      this.#lose(error)
    }
    this.#beating = false
    if (this.#isClosed) return
    this.#cancel = this.surroundings.after(PULSE_MS, () => void this.#beat())
  }

  /** Returns whether messages count as cut off. A live exchange tolerates a short interruption. */
  #isDeaf(): boolean {
    const { hears } = this.connection
    const isLong = this.#deafness.isLong(hears, this.surroundings.now())
    return isLong || (!hears && this.#state !== 'live')
  }

  get #isClosed(): boolean {
    return this.#state === 'closed'
  }

  async #pulse(): Promise<void> {
    const nowMs = this.surroundings.now()
    const mayForget = this.#leases.isCertain(nowMs) ? 1 : 0
    const newEpoch = this.surroundings.newName()
    const args = [this.node, newEpoch, LEASE_MS, mayForget]
    const reply = await this.ask(PULSE, [this.keys.epoch, this.keys.leases], args)
    if (this.#state === 'closed') throw new ExchangeLost('closed')
    const [epoch = '', server = '', ...rest] = reply as string[]
    this.#renewedMs = nowMs
    if (server === '') this.#warnOfInfo()
    const gone = this.#leases.update(epoch, pairs(rest), nowMs)
    this.#live(epoch)
    for (const { node, hasLeft } of gone) {
      for (const listener of this.#listeners) listener(node, hasLeft)
    }
  }

  /** @see PROTOCOL.md EX25 */
  #warnOfInfo(): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.log.warn(
      'Redis doesn’t let this server run INFO, so that it may not notice what a replica that takes over lacks. Allow its user the command (+info).',
    )
  }

  #live(epoch: string): void {
    const isNews = this.#state !== 'live' || epoch !== this.#epoch
    if (this.#state === 'lost') this.log.info('Redis is back')
    this.#state = 'live'
    this.#refusal = undefined
    this.#epoch = epoch
    this.#decide()
    if (!isNews) return
    this.#each((following) => following.begin())
    this.#notices.missed()
  }

  /** @throws {ExchangeLost} if the promise rejects or doesn't resolve in time */
  async #inTime<Answer>(promise: Promise<Answer>): Promise<Answer> {
    const { surroundings } = this
    let cancel: (() => void) | undefined
    const late = new Promise<never>((_, reject) => {
      const fail = () => reject(new ExchangeLost(`no answer within ${PATIENCE_MS} ms`))
      // While this process was busy, an answer may have arrived in time, so it is read first.
      cancel = surroundings.after(PATIENCE_MS, () => surroundings.after(0, fail))
    })
    try {
      return await Promise.race([promise, late])
    } catch (cause) {
      throw cause instanceof ExchangeLost ? cause : new ExchangeLost(messageOf(cause), { cause })
    } finally {
      cancel?.()
    }
  }

  #lose(error: unknown): void {
    if (this.#state === 'closed') return
    this.#leases.interrupted()
    if (this.#state === 'lost') return
    this.#state = 'lost'
    this.#refusal = refusalOf(error)
    const what = this.#refusal === undefined ? "can't be reached" : 'refuses this server'
    this.log.warn(
      `Redis ${what}, so this node serves its rooms alone until Redis is back: ${messageOf(error)}`,
    )
    this.#decide()
    this.#each((following) => following.lose())
  }

  /** Runs work for each room; the exceptions of one room must not affect others. */
  #each(work: (following: RedisFollowing<T>) => void): void {
    for (const following of this.#followings) {
      try {
        work(following)
      } catch (error) {
        following.broken(error)
      }
    }
  }
}

function pairs(words: readonly string[]): LeaseLeft[] {
  const leases: LeaseLeft[] = []
  for (let index = 0; index < words.length; index += 2) {
    leases.push([words[index] as NodeId, Number(words[index + 1])])
  }
  return leases
}
