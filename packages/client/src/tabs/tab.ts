import { equalJson, type Json } from '@whereabouts/protocol'
import { isLate, READ_FIRST_MS } from '../patience.js'
import type { RoomEvent } from '../transport.js'
import { elect, type Election, type ElectionEvent, OUT, type Said } from './election.js'
import { Leader } from './leader.js'
import type { OpenRun } from './line.js'
import { compareRuns, type End, type Kind, type Message, type Run, type Wish } from './messages.js'

/** How long a tab that wants nothing stays, as it may want something else. */
const LINGER_MS = 1_000
/** A leader that brings nothing for so long, twice, is replaced, but not more often than each minute. */
const NOTHING_MS = 4_000
const DISAPPOINTED_MS = 60_000

/** Connects the tabs. */
export interface Channel {
  /** @param tab `null` for all others */
  tell(tab: string | null, message: Message): void
  close(): void
}

/** What a tab needs from around it. */
export interface TabHost {
  readonly self: string
  readonly nowMs: () => number
  readonly random: () => number
  readonly isHidden: () => boolean
  /** Runs something once after a time; returns how to cancel it. */
  readonly after: (ms: number, run: () => void) => () => void
  readonly connect: (receive: (from: string, message: Message) => void) => Channel
  /** Makes the request, if this tab leads. */
  readonly open: OpenRun
}

/** What a room of this tab wants. */
export interface Wanted {
  readonly kind: Kind
  /** Called before each request. */
  readonly subscription: () => Wish['subscription']
  readonly position: () => string | null
  readonly waitMs: number
  receive(event: RoomEvent): void
  ended(end: End): void
}

/** A wish, and what has come for it. */
interface Wishing extends Wanted {
  id: string
  readonly sinceMs: number
  /** The request that it is served by. */
  run: Run | null
  /** How many messages of that request have come. */
  number: number
  /** What the last `hello` said. */
  hello: Json | undefined
}

/**
 * One page among those that share a request: says what its rooms want to the tab that leads, and gives
 * them what that brings; or leads.
 *
 * A request takes the place of an earlier one, of whichever leader, with its `hello` for a wish. It goes on
 * from the room's position, so nothing is missed, and the room skips what it has had already. If a message
 * is lost, its number shows it, and the wish begins again under another id.
 *
 * @see PROTOCOL.md CL74 to CL80
 */
export class Tab {
  readonly #host: TabHost
  #election: Election = OUT
  #channel: Channel | null = null
  #leader: Leader | null = null
  #cancelTick = (): void => undefined
  #cancelLeaving = (): void => undefined
  readonly #wishes = new Map<string, Wishing>()
  #ids = 0
  /** When the first wish was given up since something came. */
  #nothingAtMs = Infinity
  #disappointedAtMs = -Infinity
  /** Whether this tab told the leader that it sleeps. */
  #isAsleep = false
  /** Nothing is due before: what had arrived while this tab was busy is read first. CL94 */
  #judgedFromMs = -Infinity

  constructor(host: TabHost) {
    this.#host = host
  }

  /** The tab that reads this tab's rooms; `null` while there is none. */
  get leader(): string | null {
    const election = this.#election
    if (election.role === 'leading') return this.#host.self
    return election.role === 'following' ? election.leader : null
  }

  /** Wants something until it ends; returns how to want it no more. */
  want(wanted: Wanted): () => void {
    const sinceMs = this.#host.nowMs()
    const wishing: Wishing = { ...wanted, sinceMs, id: '', run: null, number: 0, hello: undefined }
    this.#renew(wishing)
    this.#cancelLeaving()
    if (this.#channel === null) this.#join()
    else this.#sayWishes()
    return () => {
      if (!this.#wishes.delete(wishing.id)) return
      this.#gotNothing(wishing)
      this.#sayWishes()
      this.#leaveIfIdle()
    }
  }

  /** The page goes away. */
  leave(): void {
    this.#cancelLeaving()
    if (this.#isAsleep) this.#giveUpPlace()
    if (this.#channel === null) return
    this.#wishes.clear()
    this.#sayWishes()
    this.#out()
  }

  /** The page can't run from now on, and stays. @see PROTOCOL.md CL77 */
  sleep(): void {
    // Without another tab to go on, the request stays open.
    const isAlone = this.#leader !== null && this.#leader.successor() === null
    if (this.#channel === null || isAlone) return
    this.#sayWishes(true)
    this.#out()
    this.#isAsleep = true
  }

  /** The page runs again. */
  wake(): void {
    if (this.#wishes.size === 0 || this.#channel !== null) return
    const all = [...this.#wishes.values()]
    for (const wishing of all) this.#renew(wishing)
    this.#join()
  }

  #join(): void {
    this.#isAsleep = false
    this.#channel = this.#host.connect((from, message) => this.#hear(from, message))
    this.#apply({ kind: 'joined' })
  }

  /** Tells whichever tab leads by now to keep no place for this one. @see PROTOCOL.md CL77 */
  #giveUpPlace(): void {
    this.#isAsleep = false
    const channel = this.#host.connect(() => undefined)
    channel.tell(null, { kind: 'wishes', wishes: [], isHidden: true, isAsleep: false })
    channel.close()
  }

  #leaveIfIdle(): void {
    if (this.#wishes.size > 0 || this.#channel === null) return
    this.#cancelLeaving = this.#host.after(LINGER_MS, () => this.leave())
  }

  #out(): void {
    this.#apply({ kind: 'left', to: this.#leader?.successor() ?? null })
    this.#channel?.close()
    this.#channel = null
  }

  /**
   * A wish has got nothing. Once that may be a slow server; if it comes to nothing again, the leader may be
   * to blame.
   */
  #gotNothing({ sinceMs, run }: Wishing): void {
    const nowMs = this.#host.nowMs()
    if (run !== null || nowMs - sinceMs < NOTHING_MS) return
    const isFirst = sinceMs < this.#nothingAtMs
    this.#nothingAtMs = Math.min(this.#nothingAtMs, nowMs)
    if (isFirst || nowMs - this.#disappointedAtMs < DISAPPOINTED_MS) return
    this.#disappointedAtMs = nowMs
    this.#apply({ kind: 'disappointed' })
  }

  #apply(event: ElectionEvent): void {
    const before = this.leader
    const { self, random, nowMs } = this.#host
    const turn = { self, random: random(), nowMs: nowMs() }
    const { election, says } = elect(this.#election, event, turn)
    this.#election = election
    for (const said of says) this.#say(said)
    this.#plan()
    if (before === this.leader) return
    if (before === self) this.#stopLeading()
    if (this.leader === self) this.#lead(election.term)
    else this.#sayWishes()
  }

  #plan(): void {
    this.#cancelTick()
    const { dueAtMs } = this.#election
    if (dueAtMs === Infinity) return
    const atMs = Math.max(dueAtMs, this.#judgedFromMs)
    const inMs = Math.max(0, Math.ceil(atMs - this.#host.nowMs()))
    this.#cancelTick = this.#host.after(inMs, () => this.#tick(atMs))
  }

  /** Something is due, unless a tab that was busy finds an answer among what it hasn't read yet. CL94 */
  #tick(atMs: number): void {
    const nowMs = this.#host.nowMs()
    // The timers of a hidden tab are late anyway, and would be so again.
    const isBusy = !this.#host.isHidden() && isLate(nowMs - atMs, nowMs - this.#judgedFromMs)
    if (!isBusy) return this.#apply({ kind: 'tick' })
    this.#judgedFromMs = nowMs + READ_FIRST_MS
    this.#plan()
  }

  #say(said: Said): void {
    const asleep = this.#leader?.asleep() ?? []
    this.#channel?.tell(null, said.kind === 'resign' ? { ...said, asleep } : said)
  }

  #lead(term: number): void {
    const { self, nowMs, random, after, open } = this.#host
    const tell = (tab: string, message: Message) => {
      if (tab === self) this.#hear(self, message)
      else this.#channel?.tell(tab, message)
    }
    const failures = this.#nothingAtMs === Infinity ? 0 : 1
    this.#leader = new Leader({ self, term, failures, nowMs, random, after, open, tell })
    this.#sayWishes()
  }

  #stopLeading(): void {
    this.#leader?.stop()
    this.#leader = null
  }

  #hear(from: string, message: Message): void {
    switch (message.kind) {
      case 'who':
        return this.#apply({ kind: 'heard', from, said: message })
      case 'lead': {
        // What it was told may be lost.
        if (from === this.leader && this.#isUnserved) this.#sayWishes()
        return this.#apply({ kind: 'heard', from, said: message })
      }
      case 'resign':
        this.#apply({ kind: 'heard', from, said: message })
        this.#leader?.adopt(message.asleep)
        return
      case 'call':
        return this.#sayWishes()
      case 'wishes':
        return this.#leader?.heard(from, message.wishes, message)
      case 'opening':
        return this.#wishes.get(message.wish)?.receive({ kind: 'other' })
      case 'brought':
        if (from === this.leader) this.#apply({ kind: 'served', from })
        return this.#brought(message)
      case 'ended':
        return this.#ended(message.wish, message.end)
    }
  }

  get #isUnserved(): boolean {
    return [...this.#wishes.values()].some(({ run }) => run === null)
  }

  #sayWishes(isAsleep = false): void {
    const { self, isHidden } = this.#host
    const wishes = [...this.#wishes.values()].map(wishOf)
    if (this.#leader !== null)
      return this.#leader.heard(self, wishes, { isHidden: isHidden(), isAsleep })
    if (this.leader === null) return
    const message = { kind: 'wishes', wishes, isHidden: isHidden(), isAsleep } as const
    this.#channel?.tell(this.leader, message)
  }

  #brought({ wish, run, number, events }: Extract<Message, { readonly kind: 'brought' }>): void {
    const wishing = this.#wishes.get(wish)
    if (wishing === undefined) return
    this.#nothingAtMs = Infinity
    const order = wishing.run === null ? 1 : compareRuns(run, wishing.run)
    if (order < 0) return
    if (order > 0) Object.assign(wishing, { run, number: 0 })
    wishing.number += 1
    if (number !== wishing.number) {
      this.#renew(wishing)
      return this.#sayWishes()
    }
    for (const event of events) this.#receive(wishing, event)
  }

  #receive(wishing: Wishing, event: RoomEvent): void {
    if (event.kind !== 'hello') return wishing.receive(event)
    const said = event.data as Json
    // The room goes on as before.
    const isSame = equalJson(said, wishing.hello ?? null)
    wishing.hello = said
    wishing.receive(isSame ? { kind: 'other' } : event)
  }

  #ended(id: string, end: End): void {
    const wishing = this.#wishes.get(id)
    if (wishing === undefined) return
    this.#wishes.delete(id)
    if (end.kind === 'unanswered') this.#gotNothing(wishing)
    this.#leaveIfIdle()
    wishing.ended(end)
  }

  /** Begins a wish again. */
  #renew(wishing: Wishing): void {
    this.#wishes.delete(wishing.id)
    Object.assign(wishing, { id: `${this.#host.self}.${(this.#ids += 1)}`, run: null, number: 0 })
    this.#wishes.set(wishing.id, wishing)
  }
}

function wishOf({ id, kind, subscription, position, waitMs }: Wishing): Wish {
  return { id, kind, subscription: subscription(), position: position(), waitMs }
}
