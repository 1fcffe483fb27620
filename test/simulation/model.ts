import type { Elsewhere, Json, Status } from '@whereabouts/protocol'

/** What a caller says of its being there. */
export interface Presence {
  readonly nextWithinMs: number | undefined
  readonly polls: boolean
}

interface ModelMember {
  location: Json
  postedAt: number
  away: boolean
  soon: boolean
  leavesAtMs: number
  /** When it is away unless it promises again. */
  dueMs: number
  /** Within what time it last promised to confirm again. */
  promisedMs: number
  polls: boolean
  /** The part that its stream names. */
  at: string
}

/**
 * The expected state of a room, as simple as the specification: no versions, no frames, nothing
 * shared with the engine. @see PROTOCOL.md §6
 */
export class Model {
  readonly #members = new Map<string, ModelMember>()
  readonly #open = new Map<string, number>()
  /** The member that holds each key. */
  readonly #locks = new Map<string, string>()
  #posts = 0
  watching = 0

  constructor(
    private readonly leaseMs: number,
    private readonly soonMs: number,
  ) {}

  open(id: string, at: string | undefined, nowMs: number, said: Presence): void {
    const member = this.#join(id)
    member.at = at ?? member.at
    promise(member, nowMs, said)
    this.#open.set(id, this.#connections(id) + 1)
    member.away = false
    member.soon = false
    member.leavesAtMs = Infinity
  }

  close(id: string, nowMs: number): void {
    this.#open.set(id, this.#connections(id) - 1)
    const member = this.#members.get(id)
    if (member === undefined || this.#connections(id) > 0 || member.soon) return
    if (member.polls && !member.away) this.#hold(id, member, nowMs)
    else this.#lose(member, nowMs)
  }

  move(id: string, location: Json, nowMs: number, said: Presence): void {
    const member = this.#join(id)
    member.location = location
    member.postedAt = ++this.#posts
    if (member.soon) return
    member.away = false
    promise(member, nowMs, said)
    this.#hold(id, member, nowMs)
  }

  confirm(id: string, nowMs: number, said: Presence): void {
    const member = this.#members.get(id)
    if (member === undefined || member.soon) return
    member.away = false
    promise(member, nowMs, said)
    member.leavesAtMs = Infinity
  }

  leave(id: string): void {
    this.#members.delete(id)
    for (const [key, holder] of this.#locks) if (holder === id) this.#locks.delete(key)
  }

  /** Returns whether the member holds the key then. */
  lock(id: string, key: string): boolean {
    if (!this.#members.has(id)) return false
    const holder = this.#locks.get(key) ?? id
    this.#locks.set(key, holder)
    return holder === id
  }

  unlock(id: string, key: string): void {
    if (this.#locks.get(key) === id) this.#locks.delete(key)
  }

  forgetLocks(): void {
    this.#locks.clear()
  }

  /** Returns who holds which key. */
  locks(): Map<string, string> {
    return new Map(this.#locks)
  }

  leaveSoon(id: string, nowMs: number): void {
    const member = this.#members.get(id)
    if (member === undefined || this.#connections(id) > 1) return
    member.soon = true
    member.away = true
    const heldMs = this.#connections(id) > 0 ? Infinity : member.dueMs
    member.leavesAtMs = Math.min(member.leavesAtMs, heldMs, nowMs + this.soonMs)
    member.dueMs = Infinity
  }

  /** When the next promise or lease ends. */
  get nextMs(): number {
    return Math.min(
      ...[...this.#members.values()].flatMap(({ dueMs, leavesAtMs }) => [dueMs, leavesAtMs]),
    )
  }

  /** Ends promises and removes members whose lease has expired. */
  expire(nowMs: number): void {
    for (const [id, member] of this.#members) {
      if (member.dueMs <= nowMs) this.#lose(member, nowMs)
      if (member.leavesAtMs <= nowMs) this.leave(id)
    }
  }

  /** Returns all members by id. */
  members(): Map<string, { location: Json; status: Status }> {
    return new Map(
      Array.from(this.#members, ([id, { location, away }]) => [
        id,
        { location, status: away ? 'away' : 'online' },
      ]),
    )
  }

  /** Counts the members in each part except one. */
  elsewhere(part: string): Elsewhere {
    const counts: { [part: string]: number } = {}
    for (const id of this.#members.keys()) {
      const its = this.partOf(id)
      if (its !== part) counts[its] = (counts[its] ?? 0) + 1
    }
    return counts
  }

  partOf(id: string): string {
    const { location, at } = this.#members.get(id)!
    const said = (location as { readonly at?: string } | null)?.at
    return said ?? at
  }

  list(): Json[] {
    return [...this.#members.values()]
      .filter(({ location }) => location !== null)
      .toSorted((a, b) => b.postedAt - a.postedAt)
      .map(({ location }) => location)
  }

  /** Keeps a member online for as long as it promised, or for a lease if nothing else keeps it. */
  #hold(id: string, member: ModelMember, nowMs: number): void {
    member.dueMs = nowMs + member.promisedMs
    const isHeld = this.#connections(id) > 0 || member.promisedMs < Infinity
    member.leavesAtMs = isHeld ? Infinity : nowMs + this.leaseMs
  }

  #lose(member: ModelMember, nowMs: number): void {
    member.away = true
    member.dueMs = Infinity
    member.leavesAtMs = Math.min(member.leavesAtMs, nowMs + this.leaseMs)
  }

  #join(id: string): ModelMember {
    let member = this.#members.get(id)
    if (member === undefined) {
      member = {
        location: null,
        postedAt: 0,
        away: false,
        soon: false,
        leavesAtMs: Infinity,
        dueMs: Infinity,
        promisedMs: Infinity,
        polls: false,
        at: '',
      }
      this.#members.set(id, member)
    }
    return member
  }

  #connections(id: string): number {
    return this.#open.get(id) ?? 0
  }
}

function promise(
  member: ModelMember,
  nowMs: number,
  { nextWithinMs = Infinity, polls }: Presence,
): void {
  Object.assign(member, { promisedMs: nextWithinMs, dueMs: nowMs + nextWithinMs, polls })
}
