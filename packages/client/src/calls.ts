import {
  type Broadcasted,
  type Confirmed,
  type Json,
  type Moved,
  Problem,
  type RoomAnswer,
  type RoomPatch,
} from '@whereabouts/protocol'
import { checkAnswer, ForeignAnswer, readAnswer } from './answer.js'
import type { UserOptions } from './options.js'
import { readRefusal } from './refusal.js'
import type { SharedBody } from './sharing.js'

// An answer to a location or a goodbye is of no use later than this.
const ANSWER_WITHIN_MS = 10_000
// A confirmation that takes longer makes one look whether the server is still there.
const CONFIRMED_WITHIN_MS = 2_000
// A server that wants a longer wait is asked again all the same.
const LONGEST_WAIT_MS = 60_000

/** Which member makes the calls, and how. */
export interface CallsOptions {
  /** The address before `/rooms`, without a slash at its end. */
  readonly base: string
  readonly room: string
  readonly member: string
  readonly watch: boolean
  readonly fetch: typeof globalThis.fetch
  readonly headers: (() => HeadersInit | Promise<HeadersInit>) | undefined
  readonly credentials: RequestCredentials | undefined
  /** Called before every request that joins. */
  readonly user: () => UserOptions
  /** Returns within what time this client will confirm; called before every request that is a confirmation. */
  readonly promise: () => number | undefined
  /** Returns whether a long-poll is open; called as `promise` is. */
  readonly polls: () => boolean
  /** Returns whether the document is wanted; called before every stream and poll. */
  readonly document: () => boolean
  /** Returns the part of the document to show; called before every stream and poll. */
  readonly part: () => string | null
  /** Called if the network or the server is not there for a post. */
  readonly unanswered: () => void
  /** No request is sent before it resolves. */
  readonly ready: Promise<void> | undefined
}

/** How a call is made. */
export interface CallInit extends RequestInit {
  /** Returns what ends the request in place of `signal`; called when it is sent, which may be after a wait (CL60). */
  readonly sending?: () => AbortSignal
}

/** Query parameters of a call; `undefined` leaves one out. */
export type Parameters = { readonly [name: string]: string | undefined }

/** The HTTP calls of one member in one room. All reject with the server's `Problem` if it answers with one. */
export class Calls {
  readonly #options: CallsOptions
  #lastHeaders: Headers = new Headers()
  /** When a call that was answered with `Retry-After` may be made again. CL60 */
  readonly #notBeforeMs = new Map<string, number>()

  /** How long the last confirmation took that was answered. */
  #tookMs: string | undefined

  /** Elsewhere, a header of ours costs a preflight before each request. CL61 */
  readonly #isOwnOrigin: boolean

  constructor(options: CallsOptions) {
    this.#options = options
    this.#isOwnOrigin = globalThis.location?.origin === new URL(options.base).origin
  }

  /** Opens the stream. @see PROTOCOL.md HT1, HT2 */
  async stream(
    method: 'GET' | 'POST',
    position: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const parameters = () => ({ ...this.streamParameters(), lastEventId: position ?? undefined })
    const init = method === 'POST' ? jsonPost({}) : {}
    const response = await this.#send('events', parameters, { ...init, signal })
    checkAnswer(response, 'text/event-stream')
    return response.body as ReadableStream<Uint8Array>
  }

  /** Returns who joins, and what of the room is wanted; called before each stream. */
  streamParameters(): Parameters {
    const who = this.#options.watch ? { watch: '1' } : this.#userParameters()
    return { ...who, ...this.#viewParameters() }
  }

  /** Opens a stream of several rooms, or polls them. @see PROTOCOL.md HT35, HT37 */
  streams(body: SharedBody, signal: AbortSignal): Promise<Response> {
    // Each has a budget of its own, so who must wait for one may make the other.
    const kind = body.poll === true ? 'poll' : 'stream'
    return this.#send('/streams', () => ({}), { ...jsonPost(body), signal }, kind)
  }

  /** Posts the location. @see PROTOCOL.md HT3 */
  async move(location: Json): Promise<Moved> {
    const response = await this.#post('location', () => this.#userParameters(), {
      ...jsonPost(location),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    return readAnswer<Moved>(response)
  }

  /** Broadcasts an event, once: what isn't answered may have been sent. @see PROTOCOL.md EV1, EV11 */
  async broadcast(event: Json): Promise<Broadcasted> {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const init = { ...jsonPost(event), signal }
    return readAnswer(await this.#post('broadcast', () => ({ member: this.#options.member }), init))
  }

  /** Confirms that the member is there, and says how long that took the last time. @see PROTOCOL.md HT27, IN8 */
  async confirm(): Promise<Confirmed> {
    let sentMs = 0
    const parameters = () => {
      sentMs = performance.now()
      return { member: this.#options.member, tookMs: this.#tookMs, ...this.#promise() }
    }
    const signal = AbortSignal.timeout(CONFIRMED_WITHIN_MS)
    const response = await this.#post('confirm', parameters, { method: 'POST', signal })
    this.#tookMs = (performance.now() - sentMs).toFixed()
    return readAnswer(response)
  }

  /**
   * Reads what changed since a position, or the whole room without one; resolves with `null` if nothing
   * changed within `waitMs`. A `POST`, with a number that makes each one another, since some caches keep
   * what they may not keep.
   *
   * @see PROTOCOL.md HT26
   */
  async read(
    since: string | null,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<RoomAnswer | RoomPatch | null> {
    const parameters = () => ({
      ...this.#viewParameters(),
      ...(since !== null && { since, waitMs: String(waitMs) }),
      nonce: crypto.getRandomValues(new Uint32Array(1)).join(''),
    })
    const response = await this.#send('changes', parameters, { ...jsonPost({}), signal })
    if (response.status === 204) return null
    return readAnswer<RoomAnswer | RoomPatch>(response)
  }

  /**
   * Leaves the room.
   *
   * @param self the member that leaves, if it is one that the user was before. HT40
   * @see PROTOCOL.md HT6
   */
  async leave(self?: string): Promise<void> {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    await this.#send('leave', () => ({ member: this.#options.member, self }), {
      method: 'POST',
      keepalive: true,
      signal,
    })
  }

  /**
   * Tells the server, from a page that is closing, that the member may be back soon.
   *
   * @param self the member's id, as the user may be another one by now. HT40
   * @see PROTOCOL.md MB6
   */
  leaveSoon(self: string | null): void {
    const said = { member: this.#options.member, soon: '1', ...(self !== null && { self }) }
    if (this.#options.headers === undefined && this.#options.credentials !== 'omit') {
      // A beacon has no headers of ours, and always has cookies.
      const body = new Blob([JSON.stringify(said)], { type: 'application/json' })
      if (this.#isOwnOrigin) navigator.sendBeacon(this.#address('leave', {}), body)
      else navigator.sendBeacon(this.#address('leave', said))
      return
    }
    // A beacon can't carry headers; a keepalive request can. If it fails, the lease ends by itself.
    this.requestLast('leave', said, { method: 'POST' })
  }

  /**
   * Makes a call from a page that is closing: synchronously, since there is no time to ask for a fresh
   * token, and without an answer. Browsers send at most 64 KiB in this way. @see PROTOCOL.md CL67
   */
  requestLast(call: string, parameters: Parameters, init: RequestInit): void {
    const headers = new Headers(init.headers)
    this.#lastHeaders.forEach((value, name) => headers.set(name, value))
    const last = {
      ...this.#init,
      ...init,
      keepalive: true,
      headers,
    } as const
    this.#options.fetch(this.#address(call, parameters), last).catch(() => undefined)
  }

  /** Makes any other call of the room. */
  request(call: string, parameters: Parameters, init: CallInit): Promise<Response> {
    return this.#post(call, () => parameters, init)
  }

  /** Makes a call, and says so if it isn't answered. */
  async #post(call: string, parameters: () => Parameters, init: CallInit): Promise<Response> {
    try {
      return await this.#send(call, parameters, init)
    } catch (error) {
      if (!(error instanceof Problem || error instanceof ForeignAnswer)) this.#options.unanswered()
      throw error
    }
  }

  /** @see PROTOCOL.md DO5, ST15 */
  #viewParameters(): Parameters {
    const part = this.#options.part()
    return {
      ...(!this.#options.document() && { document: '0' }),
      ...(part !== null && { at: part, only: '1' }),
    }
  }

  #userParameters(): Parameters {
    const { name, color } = this.#options.user()
    return { member: this.#options.member, name, color, ...this.#promise() }
  }

  #promise(): Parameters {
    const { promise, polls } = this.#options
    const withinMs = promise()
    return {
      ...(withinMs !== undefined && { nextWithinMs: String(withinMs) }),
      ...(polls() && { polls: '1' }),
    }
  }

  #address(call: string, parameters: Parameters): string {
    const { base, room } = this.#options
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) query.set(name, value)
    }
    // What begins with a slash is no call of the room.
    const path = call.startsWith('/') ? call : `/rooms/${room}/${call}`
    return `${base}${path}?${query}`
  }

  /**
   * @param parameters called right before the request, so that a document wanted synchronously after joining counts
   * @param kind of the calls that wait together. CL60
   */
  async #send(
    call: string,
    parameters: () => Parameters,
    init: CallInit,
    kind = `${init.method ?? 'GET'} ${call}`,
  ): Promise<Response> {
    await this.#options.ready
    await waitFor((this.#notBeforeMs.get(kind) ?? 0) - Date.now(), init.signal)
    let response = await this.#fetch(call, parameters, init)
    if (response.status === 401 && this.#options.headers !== undefined) {
      // The token may have run out on the way. CL53
      response = await this.#fetch(call, parameters, init)
    }
    if (response.ok) return response
    const waitMs = Number(response.headers.get('retry-after')) * 1_000
    if (waitMs > 0 && response.status === 429)
      this.#notBeforeMs.set(kind, Date.now() + Math.min(waitMs, LONGEST_WAIT_MS))
    throw await readRefusal(response)
  }

  async #fetch(call: string, parameters: () => Parameters, init: CallInit): Promise<Response> {
    const { headers, fetch } = this.#options
    this.#lastHeaders = new Headers(await headers?.())
    const all = new Headers(init.headers)
    this.#lastHeaders.forEach((value, name) => all.set(name, value))
    const said = parameters()
    const isInHeader = this.#isOwnOrigin && said['member'] !== undefined
    if (isInHeader) all.set('whereabouts-member', said['member']!)
    const address = this.#address(call, isInHeader ? { ...said, member: undefined } : said)
    const signal = init.sending?.() ?? init.signal ?? null
    return fetch(address, { ...this.#init, ...init, signal, headers: all })
  }

  get #init(): RequestInit {
    const { credentials } = this.#options
    // A redirect leads to a login page, or changes the method; it never leads to an answer.
    return { cache: 'no-store', redirect: 'error', ...(credentials && { credentials }) }
  }
}

/** Rejects as soon as the signal aborts. */
async function waitFor(ms: number, signal?: AbortSignal | null): Promise<void> {
  if (ms <= 0) return
  await new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}

function jsonPost(value: Json | object): RequestInit {
  const headers = { 'content-type': 'application/json' }
  return { method: 'POST', headers, body: JSON.stringify(value) }
}
