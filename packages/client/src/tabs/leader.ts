import { Line, type LineHost, type OpenRun } from './line.js'
import type { Asleep, End, Kind, Message, Wish } from './messages.js'

/** How long tabs have to say what they want before a request is opened without waiting for them. */
const CALL_MS = 250
/** A tab that hasn't answered for so long is gone. */
const GONE_MS = 10_000
/** One that sleeps can't answer; its member's promise has ended by then. */
const ASLEEP_MS = 120_000
/** One that has said something so lately isn't asked whether it is there. */
const HEARD_MS = 5_000

/** What a leader knows of a tab. */
interface Known {
  wishes: readonly Wish[]
  isHidden: boolean
  isAsleep: boolean
  heardAtMs: number
  /** Since when it owes an answer. */
  calledAtMs: number | null
}

/** The parts of a tab that its leader needs. */
export interface LeaderHost {
  readonly self: string
  readonly term: number
  /** How many requests of the leader before brought nothing. */
  readonly failures: number
  readonly nowMs: () => number
  readonly random: () => number
  readonly after: (ms: number, run: () => void) => () => void
  readonly open: OpenRun
  /** Tells one tab something, perhaps this one. */
  readonly tell: (tab: string, message: Message) => void
}

/**
 * Reads the rooms of all tabs, in two lines, and passes on what comes.
 *
 * @see PROTOCOL.md CL74, CL78
 */
export class Leader {
  readonly #host: LeaderHost
  readonly #tabs = new Map<string, Known>()
  readonly #lines: { readonly [kind in Kind]: Line }
  #runs = 0
  /** What waits for the tabs' answers. */
  readonly #waiting = new Set<() => void>()
  #lookedAtMs = -Infinity

  constructor(host: LeaderHost) {
    this.#host = host
    const lineHost: LineHost = {
      open: host.open,
      nowMs: host.nowMs,
      random: host.random,
      after: host.after,
      wishes: (kind) => this.#wishes().filter((wish) => wish.kind === kind),
      call: (done) => this.#call(done),
      opening: (wish) => this.#tell(wish, { kind: 'opening', wish }),
      nextCount: () => (this.#runs += 1),
      brought: (count, number, wish, events) => {
        const { self: leader, term } = host
        this.#tell(wish, { kind: 'brought', wish, run: { term, leader, count }, number, events })
        if (events.some(({ kind }) => kind === 'ping')) this.#look()
      },
      ended: (wish, end) => this.#ended(wish, end),
    }
    const lineOf = (kind: Kind) => new Line(kind, lineHost, host.failures)
    this.#lines = { stream: lineOf('stream'), poll: lineOf('poll') }
  }

  /** A tab says what it wants. */
  heard(tab: string, wishes: readonly Wish[], { isHidden = false, isAsleep = false }): void {
    const heardAtMs = this.#host.nowMs()
    if (wishes.length === 0) this.#tabs.delete(tab)
    else this.#tabs.set(tab, { wishes, isHidden, isAsleep, heardAtMs, calledAtMs: null })
    this.#continue()
    this.#follow()
  }

  /** Takes over tabs that can't say what they want. One that has said so is awake again. */
  adopt(asleep: readonly Asleep[]): void {
    for (const { tab, wishes } of asleep) {
      if (!this.#tabs.has(tab)) this.heard(tab, wishes, { isAsleep: true })
    }
  }

  /** Returns the tab that can best go on. */
  successor(): string | null {
    const awake = [...this.#tabs].filter(
      ([tab, { isAsleep }]) => tab !== this.#host.self && !isAsleep,
    )
    const [first] = awake.toSorted(([, one], [, other]) => +one.isHidden - +other.isHidden)
    return first?.[0] ?? null
  }

  /** Returns the tabs that can't tell the next leader what they want. */
  asleep(): Asleep[] {
    const asleep = [...this.#tabs].filter(([, { isAsleep }]) => isAsleep)
    return asleep.map(([tab, { wishes }]) => ({ tab, wishes }))
  }

  stop(): void {
    this.#tabs.clear()
    this.#waiting.clear()
    for (const line of Object.values(this.#lines)) line.stop()
  }

  #follow(): void {
    for (const line of Object.values(this.#lines)) line.follow()
  }

  #wishes(): Wish[] {
    return [...this.#tabs.values()].flatMap(({ wishes }) => wishes)
  }

  #tell(wish: string, message: Message): void {
    const has = ([, { wishes }]: [string, Known]) => wishes.some(({ id }) => id === wish)
    const [tab, known] = [...this.#tabs].find(has) ?? []
    if (tab !== undefined && known?.isAsleep === false) this.#host.tell(tab, message)
  }

  #ended(wish: string, end: End): void {
    this.#tell(wish, { kind: 'ended', wish, end })
    for (const [tab, known] of this.#tabs) {
      known.wishes = known.wishes.filter(({ id }) => id !== wish)
      if (known.wishes.length === 0) this.#tabs.delete(tab)
    }
  }

  /** Finds out which tabs are still there. The server's pings set the pace, since timers of hidden tabs are slow. */
  #look(): void {
    const nowMs = this.#host.nowMs()
    if (nowMs - this.#lookedAtMs < HEARD_MS) return
    this.#lookedAtMs = nowMs
    for (const [tab, { isAsleep, heardAtMs, calledAtMs }] of this.#tabs) {
      const isGone = isAsleep
        ? nowMs - heardAtMs > ASLEEP_MS
        : calledAtMs !== null && nowMs - calledAtMs > GONE_MS
      if (isGone) this.#tabs.delete(tab)
    }
    this.#ask(HEARD_MS)
    this.#follow()
  }

  /** Asks all tabs what they want, and continues when all have answered, or don't. */
  #call(done: () => void): void {
    const finish = () => {
      if (!this.#waiting.delete(finish)) return
      cancel()
      done()
    }
    const cancel = this.#host.after(CALL_MS, finish)
    this.#waiting.add(finish)
    this.#ask(0)
    this.#continue()
  }

  /** Asks those who could answer and don't owe an answer yet. */
  #ask(unheardMs: number): void {
    const nowMs = this.#host.nowMs()
    const called = [...this.#tabs].filter(
      ([, { isAsleep, calledAtMs, heardAtMs }]) =>
        !isAsleep && calledAtMs === null && nowMs - heardAtMs >= unheardMs,
    )
    for (const [, known] of called) known.calledAtMs = nowMs
    for (const [tab] of called) this.#host.tell(tab, { kind: 'call' })
  }

  /** Continues what waits if nobody owes an answer who may still give it. */
  #continue(): void {
    const nowMs = this.#host.nowMs()
    const owes = ({ calledAtMs }: Known) => calledAtMs !== null && nowMs - calledAtMs < CALL_MS
    if ([...this.#tabs.values()].some(owes)) return
    // One of them may begin to wait for further answers.
    const waiting = [...this.#waiting]
    for (const finish of waiting) finish()
  }
}
