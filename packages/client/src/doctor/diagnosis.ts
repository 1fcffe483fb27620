import { type Way, WAYS } from '../attempted.js'
import type { Fate } from './fate.js'
import { type Finding, fatesOf, findingsOf, roundTripOf, shownAs } from './findings.js'
import { detailIn, problemIn } from './ours.js'
import { type Advice, adviceFor, proxiesIn } from './proxies.js'
import type { Answer, Asked, Rest, Seen } from './seen.js'

/** What the network does. JSON, without anything that is a secret. @see PROTOCOL.md DR12, DR13, DR15 */
export type Diagnosis = Unreachable | Examined

/** The server can't be reached, or doesn't let this caller in. */
export interface Unreachable {
  readonly state: 'unreachable'
  readonly url: string
  /** One sentence, without a full stop. */
  readonly reason: string
}

export interface Examined {
  /** `trouble` if people notice something. */
  readonly state: 'well' | 'trouble'
  readonly url: string
  /** How long was looked, in ms. */
  readonly lookedMs: number
  /** Such as `h2` or `http/1.1`; omitted if it isn't known. */
  readonly httpVersion?: string
  /** The median time between a post and its answer, in ms; omitted if none was answered. */
  readonly roundTripMs?: number
  readonly ways: { readonly [way in Way]: Fate }
  /** The best way that works; omitted if none does. */
  readonly best?: Way
  readonly findings: readonly Finding[]
  /** The proxies that the answers name. */
  readonly proxies: readonly string[]
  readonly advice: readonly Advice[]
}

/** Says what the network does, from what was seen of it. */
export function diagnose(seen: Seen): Diagnosis {
  const { url, first, rest } = seen
  if (rest === undefined) return { state: 'unreachable', url, reason: unreachable(first) }
  const findings = findingsOf(seen, rest)
  const proxies = proxiesIn(answersIn(first, rest))
  const ways = fatesOf(rest)
  const best = WAYS.find((way) => works(ways[way]))
  const roundTripMs = roundTripOf(rest)
  return {
    state: findings.some(({ weight }) => weight === 'trouble') ? 'trouble' : 'well',
    url,
    lookedMs: rest.endMs,
    ...(seen.httpVersion !== undefined && { httpVersion: seen.httpVersion }),
    ...(roundTripMs !== undefined && { roundTripMs }),
    ways,
    ...(best !== undefined && { best }),
    findings,
    proxies: proxies.map(({ name }) => name),
    advice: adviceFor(
      proxies,
      findings.map(({ kind }) => kind),
    ),
  }
}

/** Without a post that it showed, nothing is known of a way. */
function works({ faults, lateMs }: Fate): boolean {
  return faults.length === 0 && lateMs !== undefined
}

function unreachable(first: Asked): string {
  if (first.answer === undefined) return `the server can’t be reached: ${first.failure}`
  const problem = problemIn(first)
  if (problem === 'unauthorized')
    return "the server asks who is calling: add --header 'Authorization: Bearer …' or 'Cookie: …'"
  if (problem !== undefined) return `the server refuses this caller: ${detailIn(first)}`
  return `something else answers in place of the server: ${shownAs(first)}`
}

function answersIn(first: Asked, rest: Rest): readonly Answer[] {
  const asked = [first, rest.again, rest.keyed, rest.refused, rest.unserved, rest.synced]
  return [...asked, ...rest.posts, ...rest.ways].flatMap(({ answer }) => answer ?? [])
}
