import type { Member } from '@whereabouts/client'

/** Where a member is, in words; `undefined` if nowhere that can be said. */
export type Where = (member: Member) => string | undefined

interface Known {
  readonly name: string
  readonly location: Member['location']
  where: string | undefined
  movedAtMs: number
  saidWhere: string | undefined
  saidAtMs: number
}

// Whoever wanders over the sheet is told of where they come to rest, and not all the time.
const SETTLED_MS = 1_500
const QUIET_MS = 10_000
// In a crowd only comings and goings are told; above this many at once, only how many.
const CROWD = 8
const TOLD_BY_NAME = 3

/**
 * What a screen reader is told of the others, and when. Time is an argument, in ms.
 *
 * @see OFFICE.md SH8
 */
export class Announcements {
  readonly #known = new Map<string, Known>()
  #began = false

  /** Takes in who is here now; returns what to say at once. */
  update(others: readonly Member[], where: Where, nowMs: number): string[] {
    const left = this.#forgetMissing(others)
    const joined: string[] = []
    for (const member of others) {
      if (this.#know(member, where(member), nowMs)) joined.push(member.user.name)
    }
    if (this.#began) return [...tell(joined, 'joined'), ...tell(left, 'left')]
    this.#began = true
    return [joined.length === 0 ? 'Nobody else is here' : `Also here: ${joined.join(', ')}`]
  }

  /** What is to be said by now of those who have moved. */
  due(nowMs: number): string[] {
    const moved = this.#moved().filter((known) => dueAtMs(known) <= nowMs)
    for (const known of moved) {
      known.saidWhere = known.where
      known.saidAtMs = nowMs
    }
    return moved.map(({ name, where }) => `${name} is in ${where}`)
  }

  /** When `due` will have something to say; `undefined` for never. */
  nextAtMs(): number | undefined {
    const moved = this.#moved()
    return moved.length === 0 ? undefined : Math.min(...moved.map(dueAtMs))
  }

  #moved(): Known[] {
    if (this.#known.size > CROWD) return []
    return [...this.#known.values()].filter(
      ({ where, saidWhere }) => where !== undefined && where !== saidWhere,
    )
  }

  #forgetMissing(others: readonly Member[]): string[] {
    const here = new Set(others.map(({ id }) => id))
    const gone = [...this.#known].filter(([id]) => !here.has(id))
    for (const [id] of gone) this.#known.delete(id)
    return gone.map(([, { name }]) => name)
  }

  /** Whether the member is new. */
  #know({ id, user, location }: Member, where: string | undefined, nowMs: number): boolean {
    const known = this.#known.get(id)
    const moved = known === undefined || known.where !== where
    // Whose cell is called differently, because a row came in above it, has not moved.
    const isCarried = moved && known?.location === location && known.where === known.saidWhere
    this.#known.set(id, {
      name: user.name,
      location,
      where,
      movedAtMs: moved ? nowMs : known.movedAtMs,
      // Where somebody is on joining need not be said: they are about to go somewhere.
      saidWhere: known === undefined || isCarried ? where : known.saidWhere,
      saidAtMs: known?.saidAtMs ?? Number.NEGATIVE_INFINITY,
    })
    return known === undefined
  }
}

function dueAtMs({ movedAtMs, saidAtMs }: Known): number {
  return Math.max(movedAtMs + SETTLED_MS, saidAtMs + QUIET_MS)
}

function tell(names: readonly string[], what: string): string[] {
  if (names.length > TOLD_BY_NAME) return [`${names.length} people ${what}`]
  return names.map((name) => `${name} ${what}`)
}
