import { setTimeout } from 'node:timers/promises'
import { within } from '../conformance/deadline.js'
import { Person, Writer } from './person.js'
import { Scribe, writesOf } from './scribe.js'

const MOVERS = 30
const WRITERS = 8
const LOOKERS = 262
const SCRIBES = 8
/** How often each of those who do something does it. */
const EVERY_MS = 1_000
/** Where somebody who moves was longer ago than this isn't where they are. */
const STALE_MS = 2 * EVERY_MS
const LOOK_EVERY_MS = 100
/** For how long all views have to be right until they count as right again. */
const CALM_MS = 3_000
const GATHER_WITHIN_MS = 30_000
const SETTLE_WITHIN_MS = 20_000

/** How right everybody's view was from some moment on. */
export interface Sight {
  /** From that moment to the last time at which anybody's view was wrong. */
  readonly rightAfterMs: number
  /** For how long somebody's view was wrong. */
  readonly wrongMs: number
}

/** 300 people in one room: all of them look, some move, some write into the document. */
export class Crowd implements AsyncDisposable {
  readonly #people: readonly Person[]
  readonly #writers: readonly Writer[]
  readonly #scribes: readonly Scribe[]
  readonly #timers: readonly NodeJS.Timeout[]
  #byId: ReadonlyMap<string, Person> = new Map()

  private constructor(url: string) {
    const movers = times(MOVERS, (at) => new Person(url, `mover ${at}`, true))
    const lookers = times(LOOKERS, (at) => new Person(url, `looker ${at}`, false))
    this.#writers = times(WRITERS, (at) => new Writer(url, `writer ${at}`, false))
    this.#people = [...movers, ...this.#writers, ...lookers]
    this.#scribes = times(SCRIBES, (at) => new Scribe(url, `scribe ${at}`))
    this.#timers = [
      inTurn(movers, (mover) => mover.move()),
      inTurn(this.#writers, (writer) => writer.write()),
    ]
  }

  /** Resolves when everybody is there and sees everybody. */
  static async gather(url: string): Promise<Crowd> {
    const crowd = new Crowd(url)
    try {
      await crowd.#meet()
      return crowd
    } catch (error) {
      await crowd[Symbol.asyncDispose]()
      throw error
    }
  }

  /** How often anybody was seen to be gone by anybody, so far. */
  get flickers(): number {
    return this.#people.reduce((sum, { flickers }) => sum + flickers, 0)
  }

  /** How many streams were lost so far. */
  get interruptions(): number {
    return this.#people.reduce((sum, { interruptions }) => sum + interruptions, 0)
  }

  /** The first thing that is wrong with what anybody sees, if anything is. */
  mistake(staleMs: number): string | undefined {
    const sinceMs = performance.now() - staleMs
    for (const person of this.#people) {
      const mistake = person.mistake(this.#byId, sinceMs)
      if (mistake !== undefined) return `${person.name} ${mistake}`
    }
    return undefined
  }

  /**
   * Looks over everybody's shoulder while something goes on, and after it until all views have been
   * right for a while.
   *
   * @param deadlineMs how long that may take
   */
  async watch(goingOn: Promise<void>, deadlineMs: number): Promise<Sight> {
    const ended = new AbortController()
    const over = goingOn.finally(() => ended.abort())
    // What goes wrong with it is told at the end, or is why the views aren't right in time.
    over.catch(() => undefined)
    const beganMs = performance.now()
    let lookedMs = beganMs
    let lastWrongMs = beganMs
    let wrongMs = 0
    while (!ended.signal.aborted || lookedMs - lastWrongMs < CALM_MS) {
      await setTimeout(LOOK_EVERY_MS)
      const nowMs = performance.now()
      const mistake = this.mistake(STALE_MS)
      if (mistake !== undefined) {
        wrongMs += nowMs - lookedMs
        lastWrongMs = nowMs
      }
      if (nowMs - beganMs > deadlineMs) throw new Error(`not right in time: ${mistake}`)
      lookedMs = nowMs
    }
    await over
    return { rightAfterMs: lastWrongMs - beganMs, wrongMs }
  }

  /**
   * Lets nobody move or write any more.
   *
   * @returns what was acknowledged, when everybody sees the same and has the same document
   */
  async settle(): Promise<ReadonlySet<string>> {
    for (const timer of this.#timers) clearInterval(timer)
    const all = Promise.all([...this.#scribes, ...this.#writers].map((each) => each.written()))
    const written = await within(all, 'all writes to be acknowledged', SETTLE_WITHIN_MS)
    const acknowledged = new Set(written.flat())
    const hasAll = ({ doc }: Writer) => isIn(acknowledged, writesOf(doc))
    const isWhole = () => this.mistake(Number.POSITIVE_INFINITY) === undefined
    const isSame = () => new Set(this.#people.map((person) => person.view())).size === 1
    await this.#until('all documents the same', SETTLE_WITHIN_MS, () => this.#writers.every(hasAll))
    await this.#until('all views the same', SETTLE_WITHIN_MS, () => isWhole() && isSame())
    return acknowledged
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all(this.#people.map(({ room }) => room.leave()))
    for (const scribe of this.#scribes) scribe.giveUp()
  }

  async #meet(): Promise<void> {
    const hasId = ({ id }: Person) => id !== null
    await this.#until('all are in', GATHER_WITHIN_MS, () => this.#people.every(hasId))
    this.#byId = new Map(this.#people.map((person) => [String(person.id), person]))
    const isRight = () => this.mistake(STALE_MS) === undefined
    await this.#until('all see all', GATHER_WITHIN_MS, isRight)
  }

  async #until(what: string, withinMs: number, isSo: () => boolean): Promise<void> {
    const deadlineMs = performance.now() + withinMs
    while (!isSo()) {
      const mistake = this.mistake(STALE_MS) ?? 'no view is wrong'
      if (performance.now() > deadlineMs) throw new Error(`not in time: ${what}; ${mistake}`)
      await setTimeout(LOOK_EVERY_MS)
    }
  }
}

function isIn(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((each) => all.has(each))
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

/** Has each of them do it once in {@link EVERY_MS}, one after the other. */
function inTurn<T>(all: readonly T[], act: (each: T) => void): NodeJS.Timeout {
  let next = 0
  return setInterval(() => act(all[next++ % all.length]!), EVERY_MS / all.length)
}
