import { WAYS } from '../attempted.js'
import { type Call, Caller } from './caller.js'
import { numbered } from './location.js'
import { isOurs } from './ours.js'
import type { Asked, Posted, Rest, Seen } from './seen.js'
import type { Surroundings } from './surroundings.js'
import { watch } from './watch.js'

/** Where to look, and for how long. */
export interface LookOptions {
  /** The address of the server, with the path before `/rooms` if there is one. */
  readonly url: string | URL
  /** The room to look at. @default one of its own */
  readonly room?: string
  /** How long to watch for streams that are cut, in ms; at most ten minutes. @default a quick look */
  readonly longMs?: number
  /** Headers of every request, such as a token. */
  readonly headers?: HeadersInit
}

const LONGEST_MS = 600_000
const FIRST_ANSWER_MS = 5_000
/** With what comes after it, a look ends within 5 s. DR3 */
const QUICK_MS = 4_400
const LEAVE_MS = 400
/** The ways are open by then, unless something holds them. */
const POST_AFTER_MS = 300
/** Like a client, which waits for the answer, but over a slow line as well. */
const MOST_IN_FLIGHT = 2

/** How posts are made, one after the other. */
interface Pace {
  /** The number of the first one. */
  readonly from: number
  readonly posts: number
  readonly everyMs: number
  readonly length: number
}

/** Lumps of so many bytes come more often at the second pace, and lumps of some time don't. */
const SELDOM: Pace = { from: 1, posts: 15, everyMs: 100, length: 120 }
const OFTEN: Pace = { from: 16, posts: 30, everyMs: 50, length: 850 }

const READ: Call = { call: 'location' }
/** Tells a document's address from that of its server. */
const PAGE = /\/(?:doctor|(?:sheets|pages)\/[^/]+)$/

/**
 * Looks at the network between here and a server.
 *
 * @throws {TypeError} if the address isn't one
 * @see PROTOCOL.md DR2, DR3
 */
export async function look(options: LookOptions, around: Surroundings): Promise<Seen> {
  const member = around.chance()
  const room = options.room ?? `doctor-${around.chance().slice(0, 16)}`
  const base = baseOf(options.url)
  const mark = around.chance().slice(0, 8)
  const patient = { base, room, member, mark, headers: options.headers }
  const caller = new Caller(patient, around)
  const first = await caller.ask(READ, AbortSignal.timeout(FIRST_ANSWER_MS))
  const answeredAtMs = around.dateMs()
  const httpVersion = first.answer && (await around.httpVersion(caller.address(READ)))
  const clockAheadMs = clockAhead(first, answeredAtMs)
  const seen = { url: base, httpVersion, clockAheadMs, first }
  if (!isOurs(first)) return { ...seen, rest: undefined }
  return { ...seen, rest: await lookOn(options, caller) }
}

/** Returns the address of the calls for that of a server, or of one of its pages. */
function baseOf(url: string | URL): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname.replace(/\/+$/, '').replace(PAGE, '')
}

/** A header says the second, and the answer was on its way for half a round trip. */
function clockAhead(first: Asked, answeredAtMs: number): number | undefined {
  const saidMs = Date.parse(first.answer?.headers['date'] ?? '')
  if (Number.isNaN(saidMs)) return undefined
  const onItsWayMs = (first.answeredAtMs - first.sentAtMs) / 2
  return Math.round(answeredAtMs - onItsWayMs - (saidMs + 500))
}

async function lookOn({ room, longMs = 0 }: LookOptions, caller: Caller): Promise<Rest> {
  const quick = new AbortController()
  const over = new AbortController()
  const untilQuick = caller.pause(QUICK_MS)
  const watching = WAYS.map((way) => watch(way, caller, over.signal))
  const asking = askAll(caller, quick.signal)
  await untilQuick
  quick.abort()
  const asked = await asking
  const restMs = Math.min(longMs, LONGEST_MS) - caller.nowMs()
  if (restMs > 0) await Promise.race([caller.pause(restMs, over.signal), Promise.all(watching)])
  const endMs = caller.nowMs()
  over.abort()
  const ways = await Promise.all(watching)
  await leave(caller)
  return { endMs, ways, ...asked, isOwnRoom: room === undefined }
}

/** Posts, and makes each of the other requests once. */
async function askAll(
  caller: Caller,
  signal: AbortSignal,
): Promise<Omit<Rest, 'endMs' | 'ways' | 'isOwnRoom'>> {
  await caller.pause(POST_AFTER_MS, signal)
  const keyed = await caller.move(numbered(caller.patient.mark, 0, 0), 'header', signal)
  const others = askOthers(caller, signal)
  const seldom = await post(caller, SELDOM, signal)
  // A cached answer is an old one by now.
  const expected = seldom.findLast(({ position }) => position !== undefined)?.position
  const again = others.then(() => caller.ask(READ, signal))
  const often = await post(caller, OFTEN, signal)
  return { posts: [...seldom, ...often], keyed, again: await again, expected, ...(await others) }
}

async function askOthers(
  caller: Caller,
  signal: AbortSignal,
): Promise<Pick<Rest, 'refused' | 'unserved' | 'synced'>> {
  const { member } = caller.patient
  const broken: Call = {
    call: 'location',
    query: { member },
    init: { method: 'POST', body: '{' },
    headers: { 'content-type': 'application/json' },
  }
  const sync: Call = {
    call: 'document/sync',
    init: { method: 'POST', body: new Uint8Array([0]) },
    headers: { 'content-type': 'application/octet-stream' },
  }
  return {
    refused: await caller.ask(broken, signal),
    unserved: await caller.ask({ call: 'confirm' }, signal),
    synced: await caller.ask(sync, signal),
  }
}

/** Posts at a pace, and leaves out those for which the line is too slow. */
async function post(
  caller: Caller,
  { from, posts, everyMs, length }: Pace,
  signal: AbortSignal,
): Promise<readonly Posted[]> {
  const posted: Posted[] = []
  const inFlight = new Set<Promise<void>>()
  for (let n = from; n < from + posts && !signal.aborted; n += 1) {
    if (inFlight.size < MOST_IN_FLIGHT) {
      const location = numbered(caller.patient.mark, n, length)
      const sent = caller.move(location, 'query', signal).then((each) => {
        posted.push(each)
        inFlight.delete(sent)
      })
      inFlight.add(sent)
    }
    await caller.pause(everyMs, signal)
  }
  await Promise.all(inFlight)
  return posted
}

async function leave(caller: Caller): Promise<void> {
  const { member } = caller.patient
  const call: Call = { call: 'leave', query: { member }, init: { method: 'POST' } }
  await caller.ask(call, AbortSignal.timeout(LEAVE_MS))
}
