import { setTimeout } from 'node:timers/promises'
import { within } from 'whereabouts-conformance/deadline'
import { Person, Writer } from './person.js'
import { Scribe, writesOf } from './scribe.js'

/** How many join at the same time. */
const GROUP = 50
const MOVERS = 30
const WRITERS = 8
const SCRIBES = 8
/** The interval at which each mover moves and each writer writes. */
const EVERY_MS = 1_000
/** A mover's location that is older than this is wrong. */
const STALE_MS = EVERY_MS + 2_000
const LOOK_EVERY_MS = 100
/** How long all views have to be right to count as right again. */
const CALM_MS = 3_000
const GATHER_WITHIN_MS = 60_000
const SETTLE_WITHIN_MS = 20_000

/** How long views were wrong during a disturbance. */
export interface Sight {
  /** From the start to the last time at which any view was wrong. */
  readonly rightAfterMs: number
  /** For how long any view was wrong. */
  readonly wrongMs: number
}

/** People in one room: all watch, some move, some write into the document. */
export class Crowd implements AsyncDisposable {
  readonly #people: Person[] = []
  readonly #movers: Person[] = []
  readonly #writers: Writer[] = []
  readonly #scribes: Scribe[] = []
  readonly #timers: NodeJS.Timeout[] = []
  #byId: ReadonlyMap<string, Person> = new Map()

  private constructor(
    private readonly url: string,
    private readonly people: number,
  ) {}

  /** Resolves when all have joined and see each other, and moving and writing have started. */
  static async gather(url: string, people: number): Promise<Crowd> {
    const crowd = new Crowd(url, people)
    try {
      await crowd.#gather()
      return crowd
    } catch (error) {
      await crowd[Symbol.asyncDispose]()
      throw error
    }
  }

  /** How many times somebody disappeared from somebody's view so far. */
  get flickers(): number {
    return this.#people.reduce((sum, { flickers }) => sum + flickers, 0)
  }

  /** How many streams were lost so far. */
  get interruptions(): number {
    return this.#people.reduce((sum, { interruptions }) => sum + interruptions, 0)
  }

  /** Returns the first mistake in anybody's view, if there is one. */
  mistake(staleMs: number): string | undefined {
    const sinceMs = performance.now() - staleMs
    for (const person of this.#people) {
      const mistake = person.mistake(this.#byId, sinceMs)
      if (mistake !== undefined) return `${person.name} ${mistake}`
    }
    return undefined
  }

  /**
   * Checks all views during a disturbance, and afterwards until all have been right for a while.
   *
   * @param deadlineMs how long that may take after the disturbance
   */
  async watch(goingOn: Promise<void>, deadlineMs: number): Promise<Sight> {
    const beganMs = performance.now()
    let giveUpMs = Number.POSITIVE_INFINITY
    const over = goingOn.finally(() => {
      giveUpMs = performance.now() + deadlineMs
    })
    // A failure is thrown at the end, or is the reason why the views aren't right in time.
    over.catch(() => undefined)
    let lookedMs = beganMs
    let lastWrongMs = beganMs
    let wrongMs = 0
    while (lookedMs < giveUpMs - deadlineMs || lookedMs - lastWrongMs < CALM_MS) {
      await setTimeout(LOOK_EVERY_MS)
      const nowMs = performance.now()
      const mistake = this.mistake(STALE_MS)
      if (mistake !== undefined) {
        wrongMs += nowMs - lookedMs
        lastWrongMs = nowMs
      }
      if (nowMs > giveUpMs) throw new Error(`not right in time: ${mistake}`)
      lookedMs = nowMs
    }
    await over
    return { rightAfterMs: lastWrongMs - beganMs, wrongMs }
  }

  /**
   * Stops all moving and writing.
   *
   * @returns the acknowledged updates, once all views and documents are the same
   */
  async settle(): Promise<ReadonlySet<string>> {
    for (const timer of this.#timers) clearInterval(timer)
    const all = Promise.all([...this.#scribes, ...this.#writers].map((each) => each.written()))
    const written = await within(all, 'all writes to be acknowledged', SETTLE_WITHIN_MS)
    const acknowledged = new Set(written.flat())
    const isWhole = () => this.mistake(Number.POSITIVE_INFINITY) === undefined
    const isSame = () => new Set(this.#people.map((person) => person.view())).size === 1
    const lack = () => this.#lack(acknowledged)
    await this.#until('all documents the same', SETTLE_WITHIN_MS, () => lack() === undefined, lack)
    await this.#until('all views the same', SETTLE_WITHIN_MS, () => isWhole() && isSame())
    return acknowledged
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all(this.#people.map(({ room }) => room.leave()))
    for (const scribe of this.#scribes) scribe.giveUp()
  }

  async #gather(): Promise<void> {
    // Joining all at once would be another test.
    while (this.#people.length < this.people) {
      for (let count = 0; count < GROUP; count++) this.#add()
      const areIn = () => this.#people.every(({ id }) => id !== null)
      await this.#until('all are in', GATHER_WITHIN_MS, areIn)
    }
    this.#byId = new Map(this.#people.map((person) => [String(person.id), person]))
    this.#timers.push(
      inTurn(this.#movers, (mover) => mover.move()),
      inTurn(this.#writers, (writer) => writer.write()),
    )
    for (let at = 0; at < SCRIBES; at++) this.#scribes.push(new Scribe(this.url, `scribe ${at}`))
    const isRight = () => this.mistake(STALE_MS) === undefined
    await this.#until('all see all', GATHER_WITHIN_MS, isRight)
  }

  #add(): void {
    const at = this.#people.length
    if (at < WRITERS) {
      this.#writers.push(new Writer(this.url, `writer ${at}`, false))
      this.#people.push(this.#writers[at]!)
    } else {
      const moves = at < WRITERS + MOVERS
      const person = new Person(this.url, `${moves ? 'mover' : 'looker'} ${at}`, moves)
      if (moves) this.#movers.push(person)
      this.#people.push(person)
    }
  }

  /** Returns the first entry that is missing in anybody's copy of the document. */
  #lack(entries: ReadonlySet<string>): string | undefined {
    for (const { name, doc } of this.#writers) {
      const copy = writesOf(doc)
      const lacking = [...entries].filter((entry) => !copy.has(entry))
      if (lacking.length > 0) return `${name} lacks ${lacking.length}, such as ${lacking[0]}`
    }
    return undefined
  }

  /** @param why returns the reason for not being ready yet */
  async #until(
    what: string,
    withinMs: number,
    isSo: () => boolean,
    why = () => this.mistake(STALE_MS),
  ): Promise<void> {
    const deadlineMs = performance.now() + withinMs
    while (!isSo()) {
      if (performance.now() > deadlineMs) throw new Error(`not in time: ${what}; ${why()}`)
      await setTimeout(LOOK_EVERY_MS)
    }
  }
}

/** Calls `act` for each once per {@link EVERY_MS}, one after another. */
function inTurn<T>(all: readonly T[], act: (each: T) => void): NodeJS.Timeout {
  let next = 0
  return setInterval(() => act(all[next++ % all.length]!), EVERY_MS / all.length)
}
