import type { Member } from '@whereabouts/client'
import { formatList } from '../language/formats.js'
import { t } from '../language/language.js'

/** Describes where a member is; returns `undefined` if there are no words for it. */
export type Where = (member: Member) => string | undefined

interface Known {
  readonly name: string
  readonly location: Member['location']
  where: string | undefined
  movedAtMs: number
  saidWhere: string | undefined
  saidAtMs: number
}

// A move is announced once the member has stopped, and each member at most once in a while.
const SETTLED_MS = 1_500
const QUIET_MS = 10_000
// In a crowd only joining and leaving is announced; more names than this are only counted.
const CROWD = 8
const TOLD_BY_NAME = 3

/**
 * Decides what a screen reader announces of the other members, and when. Time is an argument, in
 * ms.
 *
 * @see OFFICE.md SH8
 */
export class Announcements {
  readonly #known = new Map<string, Known>()
  #began = false

  /** Takes in who is here now; returns what to announce at once. */
  update(others: readonly Member[], where: Where, nowMs: number): string[] {
    const left = this.#forgetMissing(others)
    const joined: string[] = []
    for (const member of others) {
      if (this.#know(member, where(member), nowMs)) joined.push(member.user.name)
    }
    if (this.#began) return [...tell(joined, 'announce.joined'), ...tell(left, 'announce.left')]
    this.#began = true
    const names = formatList(joined)
    return [joined.length === 0 ? t('announce.nobody') : t('announce.here', { names })]
  }

  /** Returns what to announce by now about the members who moved. */
  due(nowMs: number): string[] {
    const moved = this.#moved().filter((known) => dueAtMs(known) <= nowMs)
    for (const known of moved) {
      known.saidWhere = known.where
      known.saidAtMs = nowMs
    }
    return moved.map(({ name, where = '' }) => t('announce.moved', { name, where }))
  }

  /** Returns when `due` will have something to announce; `undefined` for never. */
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

  /** Records a member; returns whether it is new. */
  #know({ id, user, location }: Member, where: string | undefined, nowMs: number): boolean {
    const known = this.#known.get(id)
    const moved = known === undefined || known.where !== where
    // A member whose cell has a new name, because a row was inserted above, has not moved.
    const isCarried = moved && known?.location === location && known.where === known.saidWhere
    this.#known.set(id, {
      name: user.name,
      location,
      where,
      movedAtMs: moved ? nowMs : known.movedAtMs,
      // A member's first place isn't announced, since they are about to go somewhere.
      saidWhere: known === undefined || isCarried ? where : known.saidWhere,
      saidAtMs: known?.saidAtMs ?? Number.NEGATIVE_INFINITY,
    })
    return known === undefined
  }
}

function dueAtMs({ movedAtMs, saidAtMs }: Known): number {
  return Math.max(movedAtMs + SETTLED_MS, saidAtMs + QUIET_MS)
}

function tell(names: readonly string[], what: 'announce.joined' | 'announce.left'): string[] {
  if (names.length > TOLD_BY_NAME) return [t(`${what}Many`, { count: names.length })]
  return names.map((name) => t(what, { name }))
}
