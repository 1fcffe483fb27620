import { type Choice, type ChoiceEvent, FIRST_CHOICE, type Heard } from './choice.js'
import { choose, nextChoiceMs } from './transport-choice.js'
import { type Attempted, isPolling, liveOf, type Way, WAYS } from './attempted.js'
import { Presence, type Said } from './virtual-presence.fixture.js'
import { paceOf } from './confirming.js'

/** What a network does to the events that come in one way. */
export type Fate =
  | 'works'
  /** Nothing comes before the end. */
  | 'held'
  /** All comes every two seconds. */
  | 'lumped'
  /** It ends after some seconds. */
  | 'cut'
  /** Something else answers. */
  | 'refused'
  /** The connection is reset. */
  | 'reset'
  /** It comes until some time, and then nothing does. */
  | 'stalled'

/** A network, and whether the server is behind it. */
export interface Network {
  readonly fates: { readonly [way in Way]: Fate }
  readonly latencyMs: number
  /** How much longer an answer takes because of the server. */
  readonly answerMs?: () => number
  /** `lost` drops everything, `down` refuses every connection. */
  readonly state: 'up' | 'lost' | 'down'
}

/** With these, the call itself doesn't get through, however short it is. */
const CALL_FAILS: ReadonlySet<Fate> = new Set(['refused', 'reset'])
const LUMP_MS = 2_000
const HEARTBEAT_MS = 15_000
const RETRY_LEAST_MS = 1_000
const RETRY_SPREAD_MS = 2_000
const POLL_MS = 7_500
const BETWEEN_POLLS_MS = 100
const CONFIRM_MS = 10_000
const ANSWER_WITHIN_MS = 10_000
const CONFIRMED_WITHIN_MS = 2_000
/** How long a server has a connection that is dead: this, or up to twice as long. */
const DEAD_MS = 60_000

/** The time of a simulation, and what is on its way in it. */
export class VirtualTime {
  nowMs = 0
  /** In the order of time. */
  readonly #queue: { readonly atMs: number; readonly run: () => void }[] = []

  /** Lets time pass. */
  runUntil(endMs: number): void {
    for (;;) {
      const next = this.#queue[0]
      if (next === undefined || next.atMs > endMs) break
      this.#queue.shift()
      this.nowMs = next.atMs
      next.run()
    }
    this.nowMs = endMs
  }

  at(atMs: number, run: () => void): void {
    let [from, to] = [0, this.#queue.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#queue[middle]!.atMs <= atMs) from = middle + 1
      else to = middle
    }
    this.#queue.splice(from, 0, { atMs, run })
  }
}

/** A server that answers one request after the other, also those that nobody waits for any longer. */
export class VirtualServer {
  #freeAtMs = 0

  constructor(
    private readonly time: VirtualTime,
    private readonly costMs: number,
  ) {}

  /** Takes a request; returns in what time it is answered. */
  readonly answerMs = (): number => {
    const { nowMs } = this.time
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + this.costMs
    return this.#freeAtMs - nowMs
  }
}

/** A client that posts and reads behind networks that change, and its server, in virtual time. */
export class VirtualClient {
  choice: Choice = FIRST_CHOICE
  /** How many attempts and checks were made. */
  requests = 0
  /** When each version of the room was first there, and when it was shown. */
  readonly madeAtMs: number[] = [0]
  readonly shownAtMs: number[] = []
  /** How often others were shown the client as away while it polled without a break. */
  flickers = 0
  /** Since when it polls on a network that lets polls through. */
  #pollsSinceMs = Infinity
  readonly #presence = new Presence((atMs) => this.#away(atMs))
  /** The connections that the server has, and how to close each. */
  readonly #connections = new Map<number, () => void>()
  isHidden = false
  /** How often the client showed that it isn't live. */
  interruptions = 0
  readonly #readers = new Map<number, () => void>()
  #tick = Symbol('tick')
  #version = 0
  #shown = -1

  constructor(
    public network: Network,
    readonly random: () => number,
    private readonly time = new VirtualTime(),
  ) {}

  get nowMs(): number {
    return this.time.nowMs
  }

  /** Until when the server takes the client for online, if the network drops everything from now on. */
  get onlineUntilMs(): number {
    return this.#presence.onlineUntilMs
  }

  get live(): Way | undefined {
    return liveOf(this.choice)?.way
  }

  start(): void {
    this.#pace()
    this.#apply({ kind: 'started' })
  }

  /** The page is hidden or shown. */
  turn(isHidden: boolean): void {
    this.isHidden = isHidden
    this.#pace()
    if (!isHidden) this.wake()
  }

  wake(): void {
    this.#apply({ kind: 'woken' })
  }

  /** What was open is lost without a word, as on another network. */
  change(network: Network): void {
    this.network = network
    this.#readers.clear()
    this.#pollsSinceMs = Infinity
    // The server finds out some time later.
    for (const close of this.#connections.values())
      this.#after((1 + this.random()) * DEAD_MS, close)
    this.#connections.clear()
  }

  /** The server ends, or another one begins: what was open is reset. */
  restart(network: Network): void {
    const { attempts } = this.choice
    this.#connections.clear()
    this.#presence.forget()
    this.change(network)
    for (const { id } of attempts) this.#apply({ kind: 'ended', id, why: 'unanswered' })
  }

  /** Somebody else changes the room. */
  makeNews(): void {
    this.#version += 1
    this.madeAtMs[this.#version] = this.nowMs
    for (const tell of this.#readers.values()) tell()
  }

  /** This client changes the room, if its post gets through. */
  post(): void {
    this.requests += 1
    this.#ask((isAnswered) => {
      if (!isAnswered) return this.#apply({ kind: 'unanswered' })
      this.#promise()
      this.makeNews()
      this.#apply({ kind: 'posted', position: this.#position, confirms: true })
    })
  }

  #confirm(): void {
    this.requests += 1
    const asked = (isAnswered: boolean) => {
      if (isAnswered) {
        this.#promise()
        return this.#apply({ kind: 'posted', position: this.#position, confirms: true })
      }
      this.#apply({ kind: 'unanswered' })
      this.#apply({ kind: 'unconfirmed' })
    }
    this.#ask(asked, CONFIRMED_WITHIN_MS)
  }

  #pace(): void {
    this.#apply({ kind: 'paced', everyMs: paceOf(CONFIRM_MS, this.isHidden)!.everyMs })
  }

  /** The server heard the client. */
  #promise(): void {
    this.#presence.said(this.nowMs, this.#said())
  }

  #said(): Said {
    const { withinMs } = paceOf(CONFIRM_MS, this.isHidden)!
    return { withinMs, polls: isPolling(this.choice) }
  }

  #away(atMs: number): void {
    if (atMs > this.#pollsSinceMs + this.network.latencyMs + 1) this.flickers += 1
  }

  /** A stream reaches the server; it closes once, when the client closes it or the network cuts it. */
  #connect(id: number, said: Said): void {
    let isClosed = false
    this.#presence.opened(this.nowMs, said)
    this.#connections.set(id, () => {
      if (!isClosed) this.#presence.closed(this.nowMs)
      isClosed = true
    })
  }

  #disconnect(id: number, inMs: number): void {
    const close = this.#connections.get(id)
    this.#connections.delete(id)
    if (close !== undefined) this.#after(inMs, close)
  }

  /** Notes since when it polls. */
  #watchPolls(): void {
    const { state, fates } = this.network
    const isSteady = isPolling(this.choice) && state === 'up' && fates['long-poll'] === 'works'
    if (!isSteady) this.#pollsSinceMs = Infinity
    else this.#pollsSinceMs = Math.min(this.#pollsSinceMs, this.nowMs)
  }

  /** Lets time pass. */
  runUntil(endMs: number): void {
    this.time.runUntil(endMs)
  }

  at(atMs: number, run: () => void): void {
    this.time.at(atMs, run)
  }

  get #position(): string {
    return `e:${this.#version}`
  }

  #after(ms: number, run: () => void): void {
    this.at(this.nowMs + ms, run)
  }

  #apply(event: ChoiceEvent): void {
    const before = this.choice
    this.choice = choose(before, event, { nowMs: this.nowMs, random: this.random() })
    const [was, is] = [before, this.choice].map(liveOf)
    if (was !== undefined && is === undefined) this.interruptions += 1
    const chosen = new Set(this.choice.attempts.map(({ id }) => id))
    for (const id of this.#readers.keys()) if (!chosen.has(id)) this.#readers.delete(id)
    for (const id of this.#connections.keys())
      if (!chosen.has(id)) this.#disconnect(id, this.network.latencyMs)
    this.#watchPolls()
    const known = new Set(before.attempts.map(({ id }) => id))
    for (const attempt of this.choice.attempts) if (!known.has(attempt.id)) this.#open(attempt)
    if (this.choice.confirmations > before.confirmations) this.#confirm()
    if (this.choice.check !== null && before.check === null) this.#check()
    const tick = (this.#tick = Symbol('tick'))
    const nextMs = nextChoiceMs(this.choice, this.nowMs)
    if (nextMs === Infinity) return
    this.at(nextMs, () => {
      if (this.#tick === tick) this.#apply({ kind: 'tick' })
    })
  }

  /** Makes a request, and says what became of it. */
  #ask(done: (isAnswered: boolean) => void, withinMs = ANSWER_WITHIN_MS): void {
    const { network } = this
    const { state, latencyMs } = network
    const isSame = () => this.network === network
    if (state === 'lost') return this.#after(withinMs, () => done(false))
    const answerMs = 2 * latencyMs + this.#answerMs()
    if (answerMs > withinMs) return this.#after(withinMs, () => done(false))
    this.#after(answerMs, () => {
      if (isSame()) done(state === 'up')
      else this.#after(withinMs, () => done(false))
    })
  }

  #answerMs(): number {
    const { state, answerMs } = this.network
    return state === 'up' && answerMs !== undefined ? answerMs() : 0
  }

  #check(): void {
    this.requests += 1
    const { check } = this.choice
    // It is the call of the long-poll, without a wait.
    if (CALL_FAILS.has(this.network.fates['long-poll'])) return
    this.#ask((isAnswered) => {
      if (this.choice.check !== check || !isAnswered) return
      const isNews = this.#version > this.#shown
      this.#show()
      this.#apply({ kind: 'checked', position: isNews ? this.#position : null })
    })
  }

  #open({ id, way }: Attempted): void {
    this.requests += 1
    const { network } = this
    const { fates, latencyMs, state } = network
    const fate = fates[way]
    const isOpen = () =>
      this.network === network && this.choice.attempts.some((each) => each.id === id)
    const hear = (heard: Heard) => {
      if (isOpen()) this.#apply({ kind: 'heard', id, heard })
    }
    const end = (why: 'ended' | 'unanswered' | 'wrong') => {
      if (isOpen()) this.#apply({ kind: 'ended', id, why })
    }
    if (state === 'lost') return
    if (state === 'down' || fate === 'reset') return this.#after(latencyMs, () => end('unanswered'))
    if (fate === 'refused') return this.#after(2 * latencyMs, () => end('wrong'))
    const said = this.#said()
    this.#after(latencyMs, () => {
      if (isOpen() && way !== 'long-poll') this.#connect(id, said)
    })
    const answerMs = this.#answerMs()
    if (fate === 'held') return
    if (fate === 'cut') this.#after(3_000 + this.random() * 10_000, () => end('ended'))
    const stallMs = fate === 'stalled' ? this.nowMs + this.random() * 10_000 : Infinity
    const deliver = (heard: () => Heard) => {
      const arrivesMs = this.nowMs + latencyMs
      const lump = Math.ceil(arrivesMs / LUMP_MS) * LUMP_MS
      const atMs = fate === 'lumped' ? lump : arrivesMs
      const what = heard()
      if (atMs >= stallMs) return
      this.at(atMs, () => {
        if (what.kind === 'frame' && isOpen()) this.#show(Number(what.position.slice(2)))
        hear(what)
      })
    }
    this.#after(latencyMs + answerMs, () => {
      if (way === 'long-poll') this.#poll(id, isOpen, deliver)
      else this.#stream(id, isOpen, deliver)
    })
  }

  #stream(id: number, isOpen: () => boolean, deliver: (heard: () => Heard) => void): void {
    const retryMs = RETRY_LEAST_MS + this.random() * RETRY_SPREAD_MS
    deliver(() => ({ kind: 'retry', ms: retryMs }))
    const position = this.#shown < 0 ? null : `e:${this.#shown}`
    const isCurrent = this.#shown === this.#version
    deliver(() => ({ kind: 'hello', heartbeatMs: HEARTBEAT_MS, position }))
    const tell = () => deliver(() => ({ kind: 'frame', position: this.#position }))
    if (isCurrent) deliver(() => ({ kind: 'ping' }))
    else tell()
    if (!isOpen()) return
    this.#readers.set(id, tell)
    const beat = () => {
      if (!isOpen()) return
      deliver(() => ({ kind: 'ping' }))
      this.#after(HEARTBEAT_MS, beat)
    }
    this.#after(HEARTBEAT_MS, beat)
  }

  #poll(id: number, isOpen: () => boolean, deliver: (heard: () => Heard) => void): void {
    let told = -1
    deliver(() => ({ kind: 'hello', heartbeatMs: POLL_MS, position: null }))
    const poll = () => {
      if (!isOpen()) return
      this.requests += 1
      this.#after(this.#answerMs(), wait)
    }
    const wait = () => {
      if (!isOpen()) return
      let isAnswered = false
      const answer = () => {
        if (isAnswered || !isOpen()) return
        isAnswered = true
        this.#readers.delete(id)
        if (told < this.#version) {
          told = this.#version
          deliver(() => ({ kind: 'frame', position: this.#position }))
        }
        deliver(() => ({ kind: 'ping' }))
        this.#after(2 * this.network.latencyMs + BETWEEN_POLLS_MS, poll)
      }
      if (told < this.#version) return answer()
      this.#readers.set(id, answer)
      this.#after(POLL_MS, answer)
    }
    wait()
  }

  /** The room is shown up to a version. */
  #show(version = this.#version): void {
    while (this.#shown < version) this.shownAtMs[++this.#shown] = this.nowMs
  }
}

/** What fails without the long-poll, which is what shows that a stream is late. */
export const FAILURES = ['held', 'cut', 'refused', 'reset', 'stalled'] as const

/** Makes a network that lets at least the long-poll through. */
export function randomNetwork(random: () => number): Network {
  const fates = ['works', 'lumped', ...FAILURES] as const
  const stream = oneOf(fates, random)
  return randomly({ stream, 'post-stream': oneOf(fates, random), 'long-poll': 'works' }, random)
}

/** Makes a network that lets only one way through. */
export function narrowNetwork(random: () => number, way = oneOf(WAYS, random)): Network {
  const fate = (each: Way) => (each === way ? 'works' : oneOf(FAILURES, random))
  const [stream, postStream, longPoll] = WAYS.map(fate) as [Fate, Fate, Fate]
  return randomly({ stream, 'post-stream': postStream, 'long-poll': longPoll }, random)
}

function randomly(fates: Network['fates'], random: () => number): Network {
  const state = random() < 0.7 ? 'up' : oneOf(['lost', 'down'] as const, random)
  return { fates, latencyMs: oneOf([1, 20, 150], random), state }
}

function oneOf<T>(of: readonly T[], random: () => number): T {
  return of[Math.floor(random() * of.length)]!
}

/** Returns the best way that a network lets through. */
export function bestOf({ fates }: Network): Way {
  return WAYS.find((way) => fates[way] === 'works')!
}
