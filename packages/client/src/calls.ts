import type { Json, Moved, RoomPatch, RoomAnswer } from '@whereabouts/protocol'
import type { UserOptions } from './options.js'
import { checkAnswer, readAnswer } from './answer.js'
import { readRefusal } from './refusal.js'

// Longer than any answer that is still of use: the latest location, or an empty goodbye.
const ANSWER_WITHIN_MS = 10_000

/** Whose calls these are, and how they are made. */
export interface CallsOptions {
  /** Without a slash at its end. */
  readonly base: string
  readonly room: string
  readonly member: string
  readonly watch: boolean
  readonly fetch: typeof globalThis.fetch
  readonly headers: (() => HeadersInit | Promise<HeadersInit>) | undefined
  /** Asked before every call that joins. */
  readonly user: () => UserOptions
  /** Whether the document is wanted, asked when a stream or a poll is asked for. */
  readonly document: () => boolean
  /** The part of the document to be shown, asked likewise. */
  readonly part: () => string | null
  /** No request goes out before it resolves. */
  readonly ready: Promise<void>
}

/** What stands in the query of a call; what is `undefined` doesn't. */
export type Parameters = { readonly [name: string]: string | undefined }

/** The calls of one member in one room. All reject with the server's `Problem` if it gives one. */
export class Calls {
  readonly #options: CallsOptions
  #lastHeaders: Headers = new Headers()

  constructor(options: CallsOptions) {
    this.#options = options
  }

  /** Opens the stream. @see PROTOCOL.md HT1, HT2 */
  async stream(
    method: 'GET' | 'POST',
    position: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const parameters = () => ({
      ...(this.#options.watch ? { watch: '1' } : this.#who()),
      ...this.#what(),
      lastEventId: position ?? undefined,
    })
    const response = await this.#send('events', parameters, {
      method,
      signal,
      ...(method === 'POST' && jsonBody({})),
    })
    checkAnswer(response, 'text/event-stream')
    return response.body as ReadableStream<Uint8Array>
  }

  /** @see PROTOCOL.md HT3 */
  async move(location: Json): Promise<Moved> {
    const response = await this.#send('location', () => this.#who(), {
      method: 'POST',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      ...jsonBody(location),
    })
    return readAnswer<Moved>(response)
  }

  /** What is new since a position, `null` for nothing. @see PROTOCOL.md HT4, HT5 */
  async read(
    since: string | null,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<RoomAnswer | RoomPatch | null> {
    const parameters = () => ({
      ...this.#what(),
      ...(since !== null && { since, waitMs: String(waitMs) }),
    })
    const response = await this.#send('location', parameters, { signal })
    if (response.status === 204) return null
    return readAnswer<RoomAnswer | RoomPatch>(response)
  }

  /** @see PROTOCOL.md HT6 */
  async leave(): Promise<void> {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const { member } = this.#options
    await this.#send('leave', () => ({ member }), { method: 'POST', keepalive: true, signal })
  }

  /** Says without waiting, from a page that is going away, that it may be back. @see PROTOCOL.md MB6 */
  leaveSoon(): void {
    const address = this.#address('leave', { member: this.#options.member, soon: '1' })
    if (this.#options.headers === undefined) {
      navigator.sendBeacon(address)
      return
    }
    // A beacon carries no headers; a request that outlives its page does. There is no time left to
    // ask for a fresh token, and nobody to tell if it fails: the lease ends by itself.
    const init = { method: 'POST', keepalive: true, headers: this.#lastHeaders }
    this.#options.fetch(address, init).catch(() => undefined)
  }

  /** Any call of the room; what it is about stands in its parameters. */
  request(call: string, parameters: Parameters, init: RequestInit): Promise<Response> {
    return this.#send(call, () => parameters, init)
  }

  /** @see PROTOCOL.md DO5, ST15 */
  #what(): Parameters {
    const part = this.#options.part()
    return {
      ...(!this.#options.document() && { document: '0' }),
      ...(part !== null && { at: part, only: '1' }),
    }
  }

  #who(): Parameters {
    const { name, color } = this.#options.user()
    return { member: this.#options.member, name, color }
  }

  #address(call: string, parameters: Parameters): string {
    const { base, room } = this.#options
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) query.set(name, value)
    }
    return `${base}/rooms/${room}/${call}?${query}`
  }

  /** @param parameters asked when it is sent: who wants the document in the same go is heard. */
  async #send(call: string, parameters: () => Parameters, init: RequestInit): Promise<Response> {
    const { ready, headers, fetch } = this.#options
    await ready
    this.#lastHeaders = new Headers(await headers?.())
    const all = new Headers(init.headers)
    this.#lastHeaders.forEach((value, name) => all.set(name, value))
    const address = this.#address(call, parameters())
    // A redirect leads to a login page or to another method, and never to an answer.
    const response = await fetch(address, {
      cache: 'no-store',
      redirect: 'error',
      ...init,
      headers: all,
    })
    if (!response.ok) throw await readRefusal(response)
    return response
  }
}

function jsonBody(value: Json): RequestInit {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}
