import type { Way } from '../attempted.js'
import { isJson } from './caller.js'
import { type Fate, fateOf, type Fault, median } from './fate.js'
import { detailIn, problemIn } from './ours.js'
import type { Answer, Asked, Rest, Seen } from './seen.js'
import { faultText, seconds, wayText } from './words.js'

/** The kinds of findings; a remedy is for one of them. */
export type Kind =
  | Fault['kind']
  | 'cached'
  | 'clock'
  | 'compressed'
  | 'forbidden'
  | 'http1'
  | 'replaced'
  | 'split'
  | 'stripped'
  | 'unanswered'

/** Something that the network does. */
export interface Finding {
  readonly kind: Kind
  /** Whether people notice it; a `note` costs something and breaks nothing. */
  readonly weight: 'trouble' | 'note'
  /** One sentence, without a full stop. */
  readonly text: string
  /** Omitted if it isn't about one way. */
  readonly way?: Way
}

/** A stream that lives for so long costs nothing but another connection now and then. */
const LONG_ENOUGH_MS = 60_000
/** Tokens and sessions hold to within about this time. */
const CLOCK_MS = 5_000
/** A vector of nothing, an update of nothing, and `.0`: there is no document. @see PROTOCOL.md DO20, DO98 */
const EMPTY_SYNC = [1, 0, 2, 0, 0, 2, 46, 48]

/** Returns all that is found out from what was seen. @see PROTOCOL.md DR4 to DR11 */
export function findingsOf(seen: Seen, rest: Rest): readonly Finding[] {
  const refusal = refusalOf(rest)
  const found = [
    refusal,
    ...(refusal === undefined ? answersOf(rest) : []),
    ...rest.ways.flatMap(({ way, answer }) => [
      ...fatesOf(rest)[way].faults.map((fault) => ofWay(way, fault)),
      compressionOf(way, answer),
    ]),
    cacheOf(rest),
    versionOf(seen),
    clockOf(seen),
  ]
  return found.filter((each) => each !== undefined)
}

/** Returns what becomes of posts in each way. */
export function fatesOf(rest: Rest): { readonly [way in Way]: Fate } {
  const fates = rest.ways.map((seen) => [seen.way, fateOf(seen, rest)] as const)
  return Object.fromEntries(fates) as { readonly [way in Way]: Fate }
}

function trouble(kind: Kind, text: string): Finding {
  return { kind, weight: 'trouble', text }
}

function note(kind: Kind, text: string): Finding {
  return { kind, weight: 'note', text }
}

function ofWay(way: Way, fault: Fault): Finding {
  const isLight = fault.kind === 'cut' && fault.afterMs >= LONG_ENOUGH_MS
  const text = `${wayText(way)} is ${faultText(fault)}`
  return { kind: fault.kind, weight: isLight ? 'note' : 'trouble', way, text }
}

/** The server itself refuses the posts, so nothing else about them can be said. */
function refusalOf({ keyed, posts }: Rest): Finding | undefined {
  const asked = [keyed, ...posts]
  if (asked.some(({ position }) => position !== undefined)) return undefined
  const refused = asked.find((each) => problemIn(each) !== undefined)
  if (refused === undefined) return undefined
  return trouble(
    'forbidden',
    `the server refuses posts of this caller in this room: ${detailIn(refused)}`,
  )
}

function answersOf(rest: Rest): readonly (Finding | undefined)[] {
  return [
    postsOf(rest),
    errorsOf(rest),
    bytesOf(rest),
    keysOf(rest),
    headersOf(rest),
    splitOf(rest),
  ]
}

function postsOf({ keyed, posts }: Rest): Finding | undefined {
  const asked = [keyed, ...posts]
  const failed = asked.filter(
    (each) => each.position === undefined && problemIn(each) === undefined,
  )
  if (failed.length === 0) return undefined
  const share = `${failed.length} of ${asked.length} posts`
  const foreign = failed.find(({ answer }) => answer !== undefined)
  if (foreign !== undefined) {
    return trouble('replaced', `the answers to ${share} aren’t the server’s: ${shownAs(foreign)}`)
  }
  // The last ones may have been on their way.
  const isOver = failed.length < asked.length / 2
  return isOver
    ? undefined
    : trouble('unanswered', `${share} weren’t answered: ${failed[0]!.failure}`)
}

/** The server answers a broken body with a problem, and so does any other address of its. */
function errorsOf({ refused, unserved }: Rest): Finding | undefined {
  const expected = [
    [refused, 400, 'bad-json'],
    [unserved, 405, 'method-not-allowed'],
  ] as const
  const replaced = expected.find(
    ([asked, status, problem]) =>
      asked.answer !== undefined &&
      (asked.answer.status !== status || problemIn(asked) !== problem),
  )
  if (replaced === undefined) return undefined
  const [asked, status] = replaced
  return trouble(
    'replaced',
    `an error of the server, ${status} with application/problem+json, arrives as ${shownAs(asked)}`,
  )
}

function bytesOf({ synced, isOwnRoom }: Rest): Finding | undefined {
  const { answer, body } = synced
  if (answer === undefined || problemIn(synced) !== undefined) return undefined
  const isTyped = answer.status === 200 && typeOf(answer).startsWith('application/octet-stream')
  const isSame = !isOwnRoom || JSON.stringify(body) === JSON.stringify(EMPTY_SYNC)
  if (isTyped && isSame) return undefined
  const shown = isTyped ? 'other bytes' : shownAs(synced)
  return trouble('replaced', `the answer to a post of bytes arrives as ${shown}`)
}

function keysOf({ keyed, posts }: Rest): Finding | undefined {
  const other = posts.find(({ self }) => self !== undefined)
  if (keyed.self === undefined || other === undefined || keyed.self === other.self) return undefined
  return trouble('stripped', 'the header Whereabouts-Member of a request doesn’t reach the server')
}

function headersOf({ again, unserved }: Rest): Finding | undefined {
  const lost = [
    isJson(again) && !/no-store/.test(again.answer!.headers['cache-control'] ?? '')
      ? 'Cache-Control'
      : '',
    problemIn(unserved) === 'method-not-allowed' && !('allow' in unserved.answer!.headers)
      ? 'Allow'
      : '',
  ].filter((name) => name !== '')
  if (lost.length === 0) return undefined
  return trouble('stripped', `headers of the server’s answers don’t arrive: ${lost.join(', ')}`)
}

/** Nodes without a common exchange each have a room of this name. */
function splitOf({ posts }: Rest): Finding | undefined {
  const epochs = new Set(posts.flatMap(({ position }) => position?.epoch ?? []))
  if (epochs.size < 2) return undefined
  return trouble('split', `${epochs.size} servers answer that share no rooms`)
}

/** The server has gzip for streams, and nothing else. @see PROTOCOL.md ST14 */
function compressionOf(way: Way, answer: Answer | undefined): Finding | undefined {
  const encoding = answer?.headers['content-encoding']
  const own = way === 'long-poll' ? [undefined] : [undefined, 'gzip']
  if (own.includes(encoding)) return undefined
  return { ...note('compressed', `${wayText(way)} is compressed on the way (${encoding})`), way }
}

/** @see PROTOCOL.md HT9 */
function cacheOf({ again, expected }: Rest): Finding | undefined {
  if (!isJson(again)) return undefined
  const { id } = again.body as { readonly id?: unknown }
  const [epoch, version] = String(id).split(':')
  const isOld =
    expected !== undefined && epoch === expected.epoch && Number(version) < expected.version
  const isKept = Number(again.answer!.headers['age'] ?? 0) > 0
  if (!isOld && !isKept) return undefined
  return trouble('cached', 'an answer that may not be stored comes from a cache, and is an old one')
}

function versionOf({ httpVersion }: Seen): Finding | undefined {
  if (httpVersion === undefined || !httpVersion.startsWith('http/1')) return undefined
  return note(
    'http1',
    'browsers speak HTTP/1.1 here, and open six connections for all their tabs together; HTTP/2 needs one',
  )
}

function clockOf({ clockAheadMs = 0 }: Seen): Finding | undefined {
  if (Math.abs(clockAheadMs) < CLOCK_MS) return undefined
  const way = clockAheadMs > 0 ? 'ahead of' : 'behind'
  return note(
    'clock',
    `the clock here is ${seconds(Math.abs(clockAheadMs))} ${way} the one in the answers, so logins may seem to have expired`,
  )
}

/** Returns the median time between a post and its answer, in ms. */
export function roundTripOf({ posts }: Rest): number | undefined {
  const answered = posts.filter(({ position }) => position !== undefined)
  return median(answered.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs))
}

/** Says what an answer looks like. */
export function shownAs({ answer, failure }: Asked): string {
  if (answer === undefined) return `no answer (${failure})`
  // A page isn't told where a redirect leads.
  if (answer.status === 0) return 'a redirect'
  return `${answer.status} with ${typeOf(answer) || 'no type'}`
}

function typeOf({ headers }: Answer): string {
  return headers['content-type'] ?? ''
}
