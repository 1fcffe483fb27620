import type { Machine as MachineOf } from './machine.js'
import type { ModelNetwork, Weather } from './model-network.js'
import type { Random } from './random.js'

/** A machine with operations of any type. */
type Machine = Pick<MachineOf<unknown>, 'host' | 'connection'> & {
  readonly exchange: { readonly node: string }
}

/** Receives the events of the trouble. */
export interface TroubleHooks {
  say(what: string): void
  /** Redis has lost the rooms. */
  lostAll(): void
  jumped(machine: Machine, ms: number): void
}

/** The longest time for which no node may notice that the log of an idle room is lost. */
const UNNOTICED_MS = 11_000

/** Causes faults of the machines and of the network between them. */
export class Trouble {
  /** The end of the longest ongoing fault. */
  #untilMs = 0

  constructor(
    private readonly network: ModelNetwork,
    private readonly machines: () => readonly Machine[],
    private readonly hooks: TroubleHooks,
  ) {}

  /** When all faults so far are over. */
  get untilMs(): number {
    return this.#untilMs
  }

  /** Causes one random fault, which ends by itself. */
  strike(): void {
    const { random } = this.network
    const machine = random.pick(this.machines())
    this.#untilMs = Math.max(this.#untilMs, this.network.clock.now())
    const strike = random.pick([
      () => this.#cut(machine),
      () => this.#cut(machine),
      () => this.#pause(machine),
      () => this.#jump(machine),
      () => this.#flap(machine),
      () => this.#break(machine),
      () => this.#pauseServer(),
      () => this.#restartServer(),
      () => this.#forget(),
    ])
    strike()
  }

  #cut({ exchange, connection }: Machine): void {
    const ms = this.#spell(`${exchange.node} is cut off`)
    connection.cut()
    this.network.clock.after(ms, () => connection.heal())
  }

  #pause({ exchange, host }: Machine): void {
    const ms = this.#spell(`${exchange.node} stands still`)
    const isDueFirst = this.network.random.chance(0.5)
    host.pause()
    this.network.clock.after(ms, () => host.resume(isDueFirst))
  }

  #jump(machine: Machine): void {
    const { exchange, host } = machine
    const ms = this.network.random.below(20_000)
    this.hooks.say(`the clock of ${exchange.node} jumps by ${ms} ms`)
    this.hooks.jumped(machine, ms)
    host.jump(ms)
  }

  #flap({ exchange, connection }: Machine): void {
    this.hooks.say(`${exchange.node} misses messages`)
    connection.flap()
  }

  #break({ exchange, connection }: Machine): void {
    this.hooks.say(`${exchange.node} loses its connection`)
    connection.break()
  }

  #pauseServer(): void {
    const ms = this.#spell('Redis stands still')
    this.network.pauseServer()
    this.network.clock.after(ms, () => this.network.resumeServer())
  }

  #restartServer(): void {
    const isEmpty = this.network.random.chance(0.5)
    const ms = this.#spell(`Redis restarts, ${isEmpty ? 'empty' : 'with all it had'}`)
    if (isEmpty) {
      this.network.redis.empty()
      this.hooks.lostAll()
    }
    this.network.stopServer()
    this.network.clock.after(ms, () => this.network.startServer())
  }

  #forget(): void {
    this.hooks.say('Redis has forgotten the logs')
    this.network.redis.forget()
    this.hooks.lostAll()
    if (this.network.random.chance(0.2)) return this.#lastsFor(UNNOTICED_MS)
    for (const { connection } of this.machines()) connection.break()
  }

  /** Chooses a duration: usually too short to be noticed, sometimes longer than every lease. */
  #spell(what: string): number {
    const { random } = this.network
    const ms = random.below(random.pick([800, 3_000, 8_000, 30_000]))
    this.hooks.say(`${what} for ${ms} ms`)
    this.#lastsFor(ms)
    return ms
  }

  #lastsFor(ms: number): void {
    this.#untilMs = Math.max(this.#untilMs, this.network.clock.now() + ms)
  }
}

/** Everything arrives soon. */
export const FAIR: Weather = { latencyMs: 2, late: 0, lost: 0, doubled: 0, isOrdered: true }

/** Chooses how reliably and fast messages travel in a run. */
export function weatherOf(random: Random): Weather {
  return {
    latencyMs: random.pick([0, 1, 2, 5, 80]),
    late: random.pick([0, 0, 0.002, 0.02]),
    lost: random.pick([0, 0, 0.02, 0.2]),
    doubled: random.pick([0, 0.1]),
    isOrdered: random.chance(0.7),
  }
}
