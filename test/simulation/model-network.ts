import type {
  Listener,
  RedisConnection,
  Reply,
} from '../../packages/server/src/exchange/redis-connection.js'
import type { Script } from '../../packages/server/src/exchange/redis-scripts.js'
import type { HostClock } from './host-clock.js'
import type { ModelRedis } from './model-redis.js'
import type { Random } from './random.js'
import type { VirtualClock } from './virtual-clock.js'

/** How reliably and fast messages travel. */
export interface Weather {
  /** The longest time that most messages take. */
  readonly latencyMs: number
  /** The share of messages that take up to 3 s. */
  readonly late: number
  /** The share of published messages that is lost. */
  readonly lost: number
  /** The share of published messages that arrives twice. */
  readonly doubled: number
  /** Whether messages arrive in the order in which they were sent. */
  readonly isOrdered: boolean
}

/** After this long without data, a connection is reopened. */
const SILENCE_MS = 3_000
const LATE_MS = 3_000
const RETRY_MS = 300

/** All connections to one Redis, with the faults of both. */
export class ModelNetwork {
  readonly #connections = new Set<ModelConnection>()
  /** Requests that Redis serves when it resumes. */
  #waiting: (() => void)[] = []
  #server: 'up' | 'paused' | 'down' = 'up'

  constructor(
    readonly redis: ModelRedis,
    readonly clock: VirtualClock,
    readonly random: Random,
    public weather: Weather,
  ) {}

  get isUp(): boolean {
    return this.#server !== 'down'
  }

  connect(host: HostClock): ModelConnection {
    const connection = new ModelConnection(this, host)
    this.#connections.add(connection)
    return connection
  }

  forgetConnection(connection: ModelConnection): void {
    this.#connections.delete(connection)
  }

  /** Lets Redis serve a request as soon as it can. */
  serve(request: () => void): void {
    if (this.#server === 'up') request()
    else if (this.#server === 'paused') this.#waiting.push(request)
  }

  pauseServer(): void {
    if (this.#server === 'up') this.#server = 'paused'
  }

  resumeServer(): void {
    if (this.#server === 'paused') this.#server = 'up'
    const waiting = this.#waiting
    this.#waiting = []
    for (const request of waiting) request()
  }

  stopServer(): void {
    this.#server = 'down'
    this.#waiting = []
    for (const connection of this.#connections) connection.break()
  }

  startServer(): void {
    this.#server = 'up'
  }

  /** Whether everything works. */
  get isCalm(): boolean {
    return this.#server === 'up' && [...this.#connections].every(({ isCut }) => !isCut)
  }

  delayMs(): number {
    const { random, weather } = this
    if (random.chance(weather.late)) return random.next() * LATE_MS
    return random.next() * weather.latencyMs
  }
}

/** One node's connections to Redis. */
export class ModelConnection implements RedisConnection {
  isCut = false
  hears = false
  readonly fault = 'no connection for messages'
  #isOpen = false
  #isEnded = false
  #returned: () => void = () => {}
  /** Counts the openings: data sent over an earlier opening never arrives. */
  #times = 0
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #pending = new Set<(error: Error) => void>()
  /** Data that the network holds back during a cut. */
  #held: (() => void)[] = []
  /** When the last message arrives, per direction. */
  readonly #lastMs = { up: 0, down: 0, messages: 0 }

  constructor(
    private readonly network: ModelNetwork,
    private readonly host: HostClock,
  ) {}

  hearsFrom(): boolean {
    return this.hears
  }

  open(returned: () => void): void {
    this.#returned = returned
    this.#retry()
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    return this.#ask(() => this.network.redis.run(script, keys, args))
  }

  async subscribe(channel: string, listener: Listener): Promise<void> {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
    await this.#ask(() => {
      this.#subscribeTo(channel)
      return null
    })
  }

  async unsubscribe(channel: string, listener: Listener): Promise<void> {
    this.#listeners.get(channel)?.delete(listener)
  }

  close(): void {
    this.break()
    this.#isEnded = true
    this.network.forgetConnection(this)
  }

  /** Holds back all data until `heal()`; after a while the connection is closed. */
  cut(): void {
    if (this.isCut) return
    this.isCut = true
    const times = this.#times
    this.host.after(SILENCE_MS, () => {
      if (this.isCut && times === this.#times) this.break()
    })
  }

  heal(): void {
    this.isCut = false
    const held = this.#held
    this.#held = []
    for (const arrival of held) this.network.clock.after(this.network.delayMs(), arrival)
  }

  /** Closes the connection, which both sides notice. */
  break(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#held = []
    this.#deafen()
    const pending = [...this.#pending]
    this.#pending.clear()
    this.host.arrive(() => {
      for (const reject of pending) reject(new Error('the connection was lost'))
    })
    this.#retryLater()
  }

  /** Closes and reopens the connection for messages only. */
  flap(): void {
    if (!this.#isOpen || !this.hears) return
    this.#deafen()
    this.#listenLater()
  }

  /** Opens the separate connection for messages after a delay. */
  #listenLater(): void {
    const times = this.#times
    this.host.after(this.network.random.next() * RETRY_MS, () => {
      if (times === this.#times && this.#isOpen) this.#listen()
    })
  }

  #retryLater(): void {
    if (!this.#isEnded) this.host.after(this.network.random.next() * RETRY_MS, () => this.#retry())
  }

  #retry(): void {
    if (this.#isEnded || this.#isOpen) return
    if (this.isCut || !this.network.isUp) return this.#retryLater()
    this.#isOpen = true
    this.#times += 1
    this.#listenLater()
  }

  #listen(): void {
    this.hears = true
    for (const [channel, listeners] of this.#listeners) {
      if (listeners.size > 0) this.#subscribeTo(channel)
    }
    this.#returned()
  }

  #deafen(): void {
    this.hears = false
    for (const channel of this.#listeners.keys()) {
      this.network.redis.unsubscribe(channel, this.#publish(channel))
    }
  }

  #subscribeTo(channel: string): void {
    if (this.hears) this.network.redis.subscribe(channel, this.#publish(channel))
  }

  readonly #publishers = new Map<string, Listener>()

  /** Returns the function that Redis calls for a channel, always the same one. */
  #publish(channel: string): Listener {
    const known = this.#publishers.get(channel)
    if (known !== undefined) return known
    const publish = (message: string): void => {
      const { random, weather } = this.network
      if (random.chance(weather.lost)) return
      const copies = random.chance(weather.doubled) ? 2 : 1
      for (let copy = 0; copy < copies; copy++) {
        this.#travel('messages', () => {
          if (this.hears) for (const listener of this.#listeners.get(channel)!) listener(message)
        })
      }
    }
    this.#publishers.set(channel, publish)
    return publish
  }

  async #ask(request: () => Reply): Promise<Reply> {
    if (!this.#isOpen) throw new Error('no connection')
    return new Promise<Reply>((resolve, reject) => {
      this.#pending.add(reject)
      this.#travel('up', () => {
        this.network.serve(() => {
          const reply = request()
          this.#travel('down', () => {
            this.#pending.delete(reject)
            resolve(reply)
          })
        })
      })
    })
  }

  /** Sends something to Redis or from Redis. */
  #travel(way: 'up' | 'down' | 'messages', arrival: () => void): void {
    const { clock, weather } = this.network
    const times = this.#times
    const soonestMs = weather.isOrdered ? this.#lastMs[way] : 0
    const atMs = Math.max(clock.now() + this.network.delayMs(), soonestMs)
    this.#lastMs[way] = atMs
    const arrive = (): void => {
      // Redis completes a request that it received, even if the connection is closed meanwhile.
      if (times !== this.#times || !this.#isOpen) return
      if (this.isCut) this.#held.push(arrive)
      else if (way === 'up') arrival()
      else this.host.arrive(() => times === this.#times && this.#isOpen && arrival())
    }
    clock.after(atMs - clock.now(), arrive)
  }
}
