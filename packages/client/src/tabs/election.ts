/** How long a tab that knows no leader waits for one to answer. */
const ASK_MS = 200
/** How long a leader may say nothing before it is asked whether it is there. */
const SILENT_MS = 1_500
/** How long it has to answer. */
const ANSWER_MS = 1_000
/** How long the tab that was named has to lead. */
const NAMED_MS = 500
/** How often a leader says so, in case there are two. */
const REPEAT_MS = 10_000
/** Up to so much longer each tab waits, so that not all do the same at once. */
const SPREAD_MS = 300

/** What tabs say to each other about who leads. */
export type Said =
  /** Who leads? A leader answers. */
  | { readonly kind: 'who' }
  /** I do. A higher term counts, or else the smaller id. */
  | { readonly kind: 'lead'; readonly term: number }
  /** I don't lead any more. `to` is to lead now. */
  | { readonly kind: 'resign'; readonly term: number; readonly to: string | null }

/**
 * What a tab knows of who leads:
 * - `out`: it wants nothing;
 * - `asking`: it has asked who leads, and leads itself if nobody answers;
 * - `following`: another tab leads; `isAsked` if that tab was asked whether it is still there;
 * - `leading`: this tab leads.
 *
 * `term` is the highest one that it has heard of. Something is due at `dueAtMs` unless it hears more.
 */
export type Election = { readonly term: number; readonly dueAtMs: number } & (
  | { readonly role: 'out' | 'asking' | 'leading' }
  | { readonly role: 'following'; readonly leader: string; readonly isAsked: boolean }
)

export type ElectionEvent =
  | { readonly kind: 'joined' | 'tick' }
  /** It wants nothing any more, or can't go on; `to` may lead in its place. */
  | { readonly kind: 'left'; readonly to: string | null }
  | { readonly kind: 'heard'; readonly from: string; readonly said: Said }
  /** The leader has sent something else. */
  | { readonly kind: 'served'; readonly from: string }
  /** The leader is there and brings nothing. */
  | { readonly kind: 'disappointed' }

/** The tab, the time in ms, and a number from 0 to below 1. */
export interface Turn {
  readonly self: string
  readonly nowMs: number
  readonly random: number
}

/** The state after an event, and what to say to all other tabs. */
export interface Elected {
  readonly election: Election
  readonly says: readonly Said[]
}

export const OUT: Election = { role: 'out', term: 0, dueAtMs: Infinity }

/**
 * Returns what an event changes:
 *
 *     out         joined: ask who leads
 *     asking      nobody answers in time: lead
 *     following   the leader is silent: ask; no answer in time: lead with the next term
 *                 the leader resigns: lead if named, else wait for the one that is
 *     leading     asked: say so
 *     another one leads with a higher term, or as an older tab: follow it
 *
 * @see PROTOCOL.md CL75, CL76, CL77
 */
export function elect(election: Election, event: ElectionEvent, turn: Turn): Elected {
  switch (event.kind) {
    case 'joined':
      return election.role === 'out' ? ask(election, turn) : quiet(election)
    case 'left':
      return leave(election, event.to)
    case 'heard':
      return hear(election, event.from, event.said, turn)
    case 'served':
      return quiet(
        isLeader(election, event.from) ? follow(event.from, election.term, turn) : election,
      )
    case 'disappointed':
      return election.role === 'following' ? lead(election, turn) : quiet(election)
    case 'tick':
      return turn.nowMs < election.dueAtMs ? quiet(election) : act(election, turn)
  }
}

function act(election: Election, turn: Turn): Elected {
  switch (election.role) {
    case 'out':
      return quiet(election)
    case 'asking':
      return lead(election, turn)
    case 'following': {
      if (election.isAsked) return lead(election, turn)
      const dueAtMs = later(ANSWER_MS, turn)
      return { election: { ...election, isAsked: true, dueAtMs }, says: [{ kind: 'who' }] }
    }
    case 'leading':
      return sayLead(election.term, turn)
  }
}

function hear(election: Election, from: string, said: Said, turn: Turn): Elected {
  switch (said.kind) {
    case 'who':
      return election.role === 'leading' ? sayLead(election.term, turn) : quiet(election)
    case 'lead':
      return hearLead(election, from, said.term, turn)
    case 'resign':
      return hearResign(election, from, said, turn)
  }
}

function hearLead(election: Election, from: string, term: number, turn: Turn): Elected {
  const { role } = election
  if (role === 'out') return quiet(election)
  if (isAbove(election, from, term, turn.self)) return quiet(follow(from, term, turn))
  return role === 'leading' ? sayLead(election.term, turn) : quiet(election)
}

/** Returns whether to follow a tab that leads with a term. */
function isAbove(election: Election, from: string, term: number, self: string): boolean {
  if (term !== election.term) return term > election.term
  if (election.role === 'following') return from <= election.leader
  return election.role === 'asking' || from < self
}

function hearResign(
  election: Election,
  from: string,
  { term, to }: Extract<Said, { readonly kind: 'resign' }>,
  turn: Turn,
): Elected {
  const isWaiting = election.role === 'asking' || isLeader(election, from)
  if (!isWaiting) return quiet(election)
  const known = { ...election, term: Math.max(term, election.term) }
  if (to === turn.self) return lead(known, turn)
  return quiet({ role: 'asking', term: known.term, dueAtMs: later(NAMED_MS, turn) })
}

function isLeader(election: Election, tab: string): boolean {
  return election.role === 'following' && election.leader === tab
}

function ask({ term }: Election, turn: Turn): Elected {
  return {
    election: { role: 'asking', term, dueAtMs: later(ASK_MS, turn) },
    says: [{ kind: 'who' }],
  }
}

function follow(leader: string, term: number, turn: Turn): Election {
  return { role: 'following', leader, term, isAsked: false, dueAtMs: later(SILENT_MS, turn) }
}

function lead({ term }: Election, turn: Turn): Elected {
  return sayLead(term + 1, turn)
}

function sayLead(term: number, { nowMs }: Turn): Elected {
  return {
    election: { role: 'leading', term, dueAtMs: nowMs + REPEAT_MS },
    says: [{ kind: 'lead', term }],
  }
}

function leave({ role, term }: Election, to: string | null): Elected {
  const says: Said[] = role === 'leading' ? [{ kind: 'resign', term, to }] : []
  return { election: { role: 'out', term, dueAtMs: Infinity }, says }
}

function later(ms: number, { nowMs, random }: Turn): number {
  return nowMs + ms + random * SPREAD_MS
}

function quiet(election: Election): Elected {
  return { election, says: [] }
}
