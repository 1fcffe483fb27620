import type {
  Batch,
  Follower,
  Following,
  History,
} from '../../packages/server/src/exchange/exchange.js'
import { TEXT_CODEC } from '../exchange/text-codec.js'
import { Machine } from './machine.js'
import { ModelNetwork } from './model-network.js'
import { ModelRedis } from './model-redis.js'
import { Random } from './random.js'
import { FAIR, Trouble, weatherOf } from './trouble.js'
import { VirtualClock } from './virtual-clock.js'

const ROOM = 'budget'
const SPELLS = 1
/** After this long without trouble, every node has received everything. */
const REST_MS = 25_000

/** A follower of a room that checks what an exchange guarantees. */
class Witness implements Follower<string> {
  /** All operations since the room started. */
  told: string[] = []
  history: History | undefined
  isLost = false
  #number = 0
  following!: Following<string>

  constructor(private readonly run: ExchangeRun) {}

  batchIntervalMs(): number {
    return this.run.batchIntervalMs
  }

  begin(history: History): void {
    // An append before the first start waits for it.
    if (this.history !== undefined || this.isLost) this.run.refusedBefore(this, history)
    this.history = history
    this.isLost = false
    this.#number = history.checkpoint?.number ?? 0
    this.told =
      history.checkpoint === null ? [] : (JSON.parse(history.checkpoint.state) as string[])
  }

  batch({ number, atMs, node, operations }: Batch<string>): void {
    if (this.isLost) this.run.fail('a batch came while it was lost')
    this.#number += 1
    if (number !== this.#number) this.run.fail(`batch ${number} came instead of ${this.#number}`)
    const { epoch, firstVersion } = this.history!
    const texts = operations.map((operation) => JSON.stringify(operation))
    const position = `${epoch} ${firstVersion} ${number}`
    this.run.saw(position, firstVersion, `${atMs} ${node} ${texts.join()}`)
    this.told.push(...texts)
    if (number % this.run.checkpointEvery === 0) {
      this.following.checkpoint(number, JSON.stringify(this.told)).catch(() => {})
    }
  }

  lost(): void {
    if (this.isLost) this.run.fail('it was lost twice')
    this.isLost = true
  }

  broken(error: unknown): void {
    this.run.fail(`its log is broken: ${String(error)}`)
  }

  get position(): string {
    return `${this.history?.epoch} ${this.history?.firstVersion} ${this.#number}`
  }
}

/** Several nodes that append to one room through the Redis exchange, with all kinds of trouble. */
export class ExchangeRun {
  readonly clock = new VirtualClock()
  readonly #random: Random
  readonly #network: ModelNetwork
  readonly #trouble: Trouble
  readonly #nodes: { machine: Machine<string>; witness: Witness }[] = []
  readonly #batches = new Map<string, string>()
  /** Appends without an answer, and who made them. */
  readonly #open = new Map<string, Witness>()
  /** Refused appends, with the first version of the log from which on they must not appear. */
  readonly #refused = new Map<string, number>()
  readonly #failures: string[] = []
  readonly checkpointEvery: number
  readonly batchIntervalMs: number
  #appended = 0
  #started = 0
  readonly trace: string[] = []

  constructor(seed: number) {
    this.#random = new Random(seed)
    const random = this.#random
    this.checkpointEvery = random.pick([3, 20, 1_000])
    this.batchIntervalMs = random.pick([0, 15, 50])
    const redis = new ModelRedis(() => this.clock.now(), random.pick([10, 100]))
    this.#network = new ModelNetwork(redis, this.clock, random, weatherOf(random))
    const machines = () => this.#nodes.map(({ machine }) => machine)
    this.#trouble = new Trouble(this.#network, machines, {
      say: (what) => this.#say(what),
      lostAll: () => {},
      jumped: () => {},
    })
    for (let count = 2 + random.below(3); count > 0; count--) this.#start()
  }

  async go(): Promise<void> {
    const random = this.#random
    for (let spell = 0; spell < SPELLS; spell++) {
      for (let step = 0; step < 40; step++) {
        if (random.chance(0.15)) this.#trouble.strike()
        else if (random.chance(0.05)) this.#restart()
        else this.#append(random.pick(this.#nodes))
        await this.#pass(random.below(random.pick([20, 20, 1_000])))
      }
      await this.#rest()
    }
  }

  fail(what: string): void {
    this.#failures.push(what)
  }

  /** Checks that a batch is the same on every node and contains nothing that was refused. */
  saw(position: string, firstVersion: number, batch: string): void {
    const known = this.#batches.get(position)
    if (known === undefined) this.#batches.set(position, batch)
    else if (known !== batch) this.fail(`${position} is ${known} and ${batch}`)
    for (const [refused, fromVersion] of this.#refused) {
      // A suspended node may still receive the end of a log that the others have left.
      if (firstVersion < fromVersion || known !== undefined) continue
      if (batch.includes(`"${refused}"`)) this.fail(`${refused} appeared nevertheless`)
    }
  }

  /** Records that a room starts again, so all its earlier appends must be answered by now. */
  refusedBefore(witness: Witness, { firstVersion }: History): void {
    for (const [name, whose] of this.#open) {
      if (whose === witness) this.#suspects.set(name, firstVersion)
    }
  }

  /** Unacknowledged appends at a restart: they appear immediately afterwards or never. */
  readonly #suspects = new Map<string, number>()

  #start(): void {
    const machine = new Machine(`n${++this.#started}`, this.#network, TEXT_CODEC)
    const witness = new Witness(this)
    witness.following = machine.exchange.follow(ROOM, witness)
    this.#nodes.push({ machine, witness })
    this.#say(`${machine.exchange.node} starts`)
  }

  #restart(): void {
    const [node] = this.#nodes.splice(this.#random.below(this.#nodes.length), 1)
    this.#say(`${node!.machine.exchange.node} is killed`)
    node!.machine.crash()
    for (const [name, whose] of this.#open) if (whose === node!.witness) this.#open.delete(name)
    this.#start()
  }

  #append({ machine, witness }: { machine: Machine<string>; witness: Witness }): void {
    if (!machine.host.running) return
    const name = `${machine.exchange.node}-${++this.#appended}`
    this.#open.set(name, witness)
    this.#say(`${name} is appended`)
    void this.#appendAndMind(name, witness)
  }

  async #appendAndMind(name: string, witness: Witness): Promise<void> {
    try {
      await witness.following.append([name])
      if (!witness.told.includes(JSON.stringify(name)))
        this.fail(`${name} is acknowledged too early`)
    } catch {
      this.#say(`${name} is refused`)
    }
    this.#open.delete(name)
  }

  async #pass(ms: number): Promise<void> {
    await this.clock.pass(ms, () => {
      for (const [name, firstVersion] of this.#suspects) {
        if (this.#open.has(name)) this.fail(`${name} is neither acknowledged nor refused`)
        this.#refused.set(name, firstVersion)
      }
      this.#suspects.clear()
      if (this.#failures.length > 0) throw new Error(this.#failures.join('\n'))
    })
  }

  async #rest(): Promise<void> {
    const { weather } = this.#network
    this.#network.weather = FAIR
    await this.#pass(Math.max(0, this.#trouble.untilMs - this.clock.now()) + REST_MS)
    this.#say('it should be at rest')
    this.#network.weather = weather
    if (!this.#network.isCalm) this.fail('the trouble is not over')
    const positions = new Set(this.#nodes.map(({ witness }) => witness.position))
    if (positions.size > 1) this.fail(`they are at ${[...positions].join(', ')}`)
    if (this.#open.size > 0) this.fail(`${[...this.#open.keys()].join()} waits for ever`)
    for (const { machine, witness } of this.#nodes) {
      if (witness.isLost) this.fail(`${machine.exchange.node} is lost for ever`)
    }
    await this.#pass(0)
  }

  #say(what: string): void {
    this.trace.push(`${this.clock.now().toFixed(1)} ${what}`)
  }
}
