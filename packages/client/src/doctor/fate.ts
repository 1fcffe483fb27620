import type { Position } from '@whereabouts/protocol'
import type { Posted, Rest, WaySeen } from './seen.js'
import { isStream } from './watch.js'

/** What the network does to one way. Times are in ms. @see PROTOCOL.md DR4, DR5, DR6 */
export type Fault =
  /** Nothing came, or nothing more after some bytes. */
  | { readonly kind: 'held'; readonly forMs: number; readonly bytes: number }
  /** Events come together: each so many ms, after so many bytes, or it can't be told which. */
  | {
      readonly kind: 'lumped'
      readonly by: 'time' | 'size' | 'either'
      readonly everyMs: number
      readonly bytes: number
      readonly lateMs: number
    }
  | { readonly kind: 'late'; readonly lateMs: number }
  /** It ended, so long after the last event. */
  | { readonly kind: 'cut'; readonly afterMs: number; readonly silentMs: number }
  /** It is open, and brings nothing any more. */
  | { readonly kind: 'silent'; readonly forMs: number }
  /** Something else answered, or nothing did. */
  | {
      readonly kind: 'refused'
      readonly status: number | undefined
      readonly type: string | undefined
    }
  /** Events aren't what was posted. */
  | { readonly kind: 'changed'; readonly events: number }

/** What is found out of one way. */
export interface Fate {
  readonly faults: readonly Fault[]
  /** How long after its answer a post is shown, the median; omitted if none was. */
  readonly lateMs?: number
}

/** A post is shown about when it is answered: both are sent at once. */
const SHOWN_WITHIN_MS = 1_000
const LATE_MS = 120
/** What arrives within this time arrives together. */
const TOGETHER_MS = 25
/** Events that come together and were posted so far apart were held. */
const LUMP_MS = 300
/** The answers to polls are whole, and nothing gathers them; but each waits for the one before. */
const POLLS_LUMP_MS = 1_000
/** A moment in which a machine does something else looks like one lump. */
const LUMPED_SHARE = 0.15
/** A stream has so long to open before posts count for it. */
const OPEN_WITHIN_MS = 1_000
const HEARTBEATS_BEFORE_SILENCE = 2.5

/** Says what became of the posts in one way. */
export function fateOf(seen: WaySeen, { posts, endMs }: Pick<Rest, 'posts' | 'endMs'>): Fate {
  const refusal = refusalOf(seen)
  if (refusal !== undefined) return { faults: [refusal] }
  const roundTripMs =
    median(posts.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs)) ?? 0
  // Between two polls, what happens waits for the next one.
  const slackMs = seen.way === 'long-poll' ? 2 * roundTripMs : 0
  const shown = shownOf(seen, posts)
  const lateMs = median(shown.flatMap(({ lateMs: late }) => (late === undefined ? [] : [late])))
  const delay = delayOf(seen, shown, lateMs, slackMs)
  const faults = [delay, cutOf(seen, endMs), changeOf(seen)].filter((each) => each !== undefined)
  return { faults, ...(lateMs !== undefined && { lateMs }) }
}

/** A post, and when a way showed it. */
interface Shown {
  readonly answeredAtMs: number
  /** Omitted if it never did. */
  readonly batch?: Batch
  readonly lateMs?: number
}

/** What arrived together. */
interface Batch {
  readonly atMs: number
  /** How long nothing had arrived. */
  readonly silentMs: number
  readonly bytes: number
}

function refusalOf({ way, answer, arrivals, end }: WaySeen): Fault | undefined {
  const isServers =
    answer !== undefined && (way === 'long-poll' ? arrivals.length > 0 : isStream(answer))
  if (isServers || (answer === undefined && !isOver(end))) return undefined
  return { kind: 'refused', status: answer?.status, type: answer?.headers['content-type'] }
}

function isOver({ why }: WaySeen['end']): boolean {
  return why === 'ended' || why === 'failed'
}

/** Returns the posts that a way had time to show. */
function shownOf(seen: WaySeen, posts: readonly Posted[]): readonly Shown[] {
  const { askedAtMs, arrivals, end } = seen
  const firstAtMs = arrivals[0]?.atMs ?? Infinity
  const fromMs = Math.min(firstAtMs, askedAtMs + OPEN_WITHIN_MS)
  const batches = batchesOf(seen)
  return posts.flatMap(({ sentAtMs, answeredAtMs, position }) => {
    const isDue = sentAtMs >= fromMs && answeredAtMs <= end.atMs - SHOWN_WITHIN_MS
    if (position === undefined || !isDue) return []
    const batch = batches.find(({ positions }) => positions.some((each) => covers(each, position)))
    const late = batch && { batch, lateMs: Math.max(0, batch.atMs - answeredAtMs) }
    return [{ answeredAtMs, ...late }]
  })
}

function covers(shown: Position, posted: Position): boolean {
  return shown.epoch === posted.epoch && shown.version >= posted.version
}

function batchesOf({
  arrivals,
  askedAtMs,
}: WaySeen): readonly (Batch & { positions: Position[] })[] {
  const batches: (Batch & { positions: Position[]; bytes: number; lastMs: number })[] = []
  for (const { atMs, bytes, positions } of arrivals) {
    const last = batches.at(-1)
    if (last !== undefined && atMs - last.lastMs <= TOGETHER_MS) {
      last.bytes += bytes
      last.lastMs = atMs
      last.positions.push(...positions)
    } else {
      const silentMs = atMs - (last?.lastMs ?? askedAtMs)
      batches.push({ atMs, silentMs, lastMs: atMs, bytes, positions: [...positions] })
    }
  }
  return batches
}

function delayOf(
  seen: WaySeen,
  shown: readonly Shown[],
  lateMs: number | undefined,
  slackMs: number,
): Fault | undefined {
  if (shown.length === 0) return undefined
  const lumped = lumpsOf(seen, shown, slackMs)
  if (lumped !== undefined) return lumped
  if (shown.at(-1)?.batch === undefined) return heldOf(seen)
  if (lateMs! >= LATE_MS + slackMs) return { kind: 'late', lateMs: lateMs! }
  return undefined
}

function heldOf({ arrivals, askedAtMs, end }: WaySeen): Fault {
  const fromMs = arrivals.at(-1)?.atMs ?? askedAtMs
  const bytes = arrivals.reduce((sum, each) => sum + each.bytes, 0)
  return { kind: 'held', forMs: end.atMs - fromMs, bytes }
}

/** Finds events that came together although they were posted apart. */
function lumpsOf(seen: WaySeen, shown: readonly Shown[], slackMs: number): Fault | undefined {
  const batches = [...new Set(shown.flatMap(({ batch }) => batch ?? []))]
  const groups = batches.map((batch) => ({ posts: shown.filter((each) => each.batch === batch) }))
  const leastMs = slackMs + (seen.way === 'long-poll' ? POLLS_LUMP_MS : LUMP_MS)
  const isLump = ({ posts }: { readonly posts: readonly Shown[] }) =>
    posts.at(-1)!.answeredAtMs - posts[0]!.answeredAtMs >= leastMs && posts[0]!.lateMs! >= leastMs
  const lumped = groups.filter(isLump).flatMap(({ posts }) => posts)
  if (lumped.length === 0 || lumped.length < LUMPED_SHARE * shown.length) return undefined
  const gaps = batches.map(({ silentMs }) => silentMs)
  const sizes = batches.map(({ bytes }) => bytes)
  return {
    kind: 'lumped',
    by: causeOf(gaps, sizes),
    everyMs: median(gaps)!,
    bytes: median(sizes)!,
    lateMs: Math.max(...shown.map(({ lateMs }) => lateMs ?? 0)),
  }
}

/** The posts change their pace, so only what makes the lumps stays the same. The last of several isn't full. */
function causeOf(
  allGaps: readonly number[],
  allSizes: readonly number[],
): 'time' | 'size' | 'either' {
  if (allGaps.length < 2) return 'either'
  const count = Math.max(2, allGaps.length - 1)
  const [gaps, sizes] = [allGaps.slice(0, count), allSizes.slice(0, count)]
  return spread(sizes) < spread(gaps) ? 'size' : 'time'
}

function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return (Math.max(...values) - Math.min(...values)) / mean
}

function cutOf(
  { arrivals, askedAtMs, end, heartbeatMs, way }: WaySeen,
  endMs: number,
): Fault | undefined {
  const silentMs = end.atMs - (arrivals.at(-1)?.atMs ?? askedAtMs)
  if (isOver(end)) {
    return { kind: 'cut', afterMs: end.atMs - askedAtMs, silentMs }
  }
  const isSilent =
    heartbeatMs !== undefined &&
    endMs - end.atMs < SHOWN_WITHIN_MS &&
    way !== 'long-poll' &&
    silentMs > HEARTBEATS_BEFORE_SILENCE * heartbeatMs
  return isSilent ? { kind: 'silent', forMs: silentMs } : undefined
}

function changeOf({ broken }: WaySeen): Fault | undefined {
  return broken > 0 ? { kind: 'changed', events: broken } : undefined
}

/** Returns the middle one of some values; `undefined` if there are none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]
}
