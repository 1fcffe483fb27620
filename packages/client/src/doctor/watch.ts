import { parsePosition, type Position } from '@whereabouts/protocol'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Way } from '../attempted.js'
import { answerOf, type Call, type Caller, hasType, isJson, jsonPost } from './caller.js'
import { isBroken } from './location.js'
import type { Answer, Arrival, WaySeen } from './seen.js'

/** How long a long-poll waits: as long as the client's. */
const WAIT_MS = 25_000
/** A cache answers each poll at once, however long it should wait. */
const MOST_POLLS = 100

type End = WaySeen['end']['why']

/** Notes what comes in one way. */
class Watcher {
  readonly #arrivals: Arrival[] = []
  readonly #askedAtMs: number
  #answer: Answer | undefined
  #positions: Position[] = []
  #broken = 0
  #heartbeatMs: number | undefined
  #isTold = false

  constructor(
    readonly way: Way,
    readonly caller: Caller,
  ) {
    this.#askedAtMs = caller.nowMs()
  }

  answered(answer: Answer): void {
    this.#answer = answer
  }

  readonly heard = ({ event, data, id }: EventSourceMessage): void => {
    if (event === 'hello') this.#heartbeatMs = heartbeatIn(data)
    if (event === 'goodbye' || event === 'problem') this.#isTold = true
    if (event === 'snapshot' || event === 'patch') this.read(data)
    if (id !== undefined) this.reached(id)
  }

  read(data: string): void {
    if (isBroken(data, this.caller.patient.mark)) this.#broken += 1
  }

  reached(position: string): void {
    const reached = parsePosition(position)
    if (reached !== undefined) this.#positions.push(reached)
  }

  arrived(bytes: number): void {
    this.#arrivals.push({ atMs: this.caller.nowMs(), bytes, positions: this.#positions })
    this.#positions = []
  }

  ended(why: End): WaySeen {
    return {
      way: this.way,
      askedAtMs: this.#askedAtMs,
      ...(this.#answer !== undefined && { answer: this.#answer }),
      arrivals: this.#arrivals,
      broken: this.#broken,
      ...(this.#heartbeatMs !== undefined && { heartbeatMs: this.#heartbeatMs }),
      end: { atMs: this.caller.nowMs(), why: this.#isTold ? 'told' : why },
    }
  }
}

/** Reads a way until it ends, or the signal aborts. Never throws. */
export async function watch(way: Way, caller: Caller, signal: AbortSignal): Promise<WaySeen> {
  const watcher = new Watcher(way, caller)
  try {
    const read = way === 'long-poll' ? readPolls : readStream
    await read(watcher, signal)
    return watcher.ended(signal.aborted ? 'stopped' : 'ended')
  } catch {
    return watcher.ended(signal.aborted ? 'stopped' : 'failed')
  }
}

async function readStream(watcher: Watcher, signal: AbortSignal): Promise<void> {
  const response = await watcher.caller.fetch(streamCall(watcher.way), signal)
  const answer = answerOf(response)
  watcher.answered(answer)
  if (!isStream(answer)) return response.body?.cancel()
  const parser = createParser({ onEvent: watcher.heard })
  const decoder = new TextDecoder()
  const reader = response.body!.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    parser.feed(decoder.decode(value, { stream: true }))
    watcher.arrived(value.length)
  }
}

function streamCall(way: Way): Call {
  // It joins nobody, so that a member never is there for two reasons.
  if (way === 'stream') return { call: 'events', query: { watch: '1', document: '0' } }
  return { call: 'events', ...jsonPost({ watch: true, document: false }) }
}

/** Returns whether an answer is a stream of the server. @see PROTOCOL.md CL35 */
export function isStream(answer: Answer): boolean {
  return answer.status === 200 && hasType(answer, 'text/event-stream')
}

async function readPolls(watcher: Watcher, signal: AbortSignal): Promise<void> {
  let since: string | undefined
  for (let polls = 0; polls < MOST_POLLS && !signal.aborted; polls += 1) {
    const parameters = since === undefined ? {} : { since, waitMs: WAIT_MS }
    const nonce = `${watcher.caller.patient.mark}-${polls}`
    const call = {
      call: 'changes',
      query: { nonce },
      ...jsonPost({ ...parameters, document: false }),
    }
    const asked = await watcher.caller.ask(call, signal)
    if (asked.answer === undefined) throw new Error(asked.failure)
    watcher.answered(asked.answer)
    const isNothing = asked.answer.status === 204
    if (!isNothing && !isJson(asked)) return
    if (!isNothing) since = readNews(watcher, asked.body)
    watcher.arrived(0)
  }
}

/** Returns the position of what is new. */
function readNews(watcher: Watcher, body: unknown): string {
  const { id, patch } = Object(body) as { readonly id?: unknown; readonly patch?: unknown }
  watcher.read(JSON.stringify(patch ?? body))
  watcher.reached(String(id))
  return String(id)
}

function heartbeatIn(data: string): number | undefined {
  try {
    const { heartbeatMs } = JSON.parse(data) as { readonly heartbeatMs?: number }
    return heartbeatMs
  } catch {
    return undefined
  }
}
