import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import {
  encodeEvent,
  Problem,
  type Json,
  type Member,
  type ProblemExtensions,
  type ProblemName,
} from '@whereabouts/protocol'

/** One request, to be answered by the test. */
export class Exchange {
  /** Resolves when the response is closed, for whatever reason. */
  readonly closed: Promise<unknown>

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly bytes: Buffer,
  ) {
    this.closed = once(response, 'close')
  }

  get body(): string {
    return this.bytes.toString()
  }

  get query(): URLSearchParams {
    return new URL(this.request.url ?? '', 'http://test').searchParams
  }

  answer(status: number, value?: Json): void {
    this.response.writeHead(status, { 'content-type': 'application/json' })
    this.response.end(value === undefined ? undefined : JSON.stringify(value))
  }

  /** Answers with bytes, such as an update of the document. */
  answerBytes(bytes: Uint8Array): void {
    this.response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes)
  }

  refuse(name: ProblemName, extensions: ProblemExtensions = {}): void {
    const problem = new Problem(name, `because of ${name}`, extensions)
    this.response.writeHead(problem.status, { 'content-type': 'application/problem+json' })
    this.response.end(JSON.stringify(problem))
  }

  /** Starts a stream with hello and the shortest `retry`. */
  stream(hello: { readonly [field: string]: Json } = {}): this {
    this.response.writeHead(200, { 'content-type': 'text/event-stream' })
    this.response.write(encodeEvent({ retry: 1 }))
    const times = { heartbeatMs: 15_000, leaseMs: 15_000 }
    const can = ['watch', 'join', 'move', 'write', 'comment']
    const usual = {
      protocol: 1,
      self: 'me',
      room: 'budget',
      ...times,
      maxLocationBytes: 1_024,
      can,
    }
    return this.event('hello', { ...usual, ...hello })
  }

  event(event: string, data: Json, id?: string): this {
    const written = { event, data: JSON.stringify(data), ...(id !== undefined && { id }) }
    this.response.write(encodeEvent(written))
    return this
  }

  /** Sends an update of the document, with the position of its frame. */
  document(update: Uint8Array, id?: string): this {
    const data = Buffer.from(update).toString('base64')
    const written = { event: 'document', data, ...(id !== undefined && { id }) }
    this.response.write(encodeEvent(written))
    return this
  }

  snapshot(id: string, members: readonly Member[], watching = 0): this {
    return this.event('snapshot', JSON.parse(JSON.stringify({ members, watching })), id)
  }

  end(): void {
    this.response.end()
  }
}

/** A server that a test scripts: every request waits until the test takes and answers it. */
export class ScriptedServer {
  readonly #server: Server
  readonly #waiting: Exchange[] = []
  readonly #takers: { call: string; take: (exchange: Exchange) => void }[] = []
  readonly #page: string

  private constructor(page: string) {
    this.#page = page
    this.#server = createServer((request, response) => void this.#receive(request, response))
  }

  /** @param page the HTML to answer requests outside of `/rooms/` with */
  static async listen(page = ''): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(page)
    await once(scripted.#server.listen(0, '127.0.0.1'), 'listening')
    return scripted
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Returns how many requests of a call are waiting to be taken. */
  waiting(call: string): number {
    return this.#waiting.filter((exchange) => callOf(exchange) === call).length
  }

  /** Resolves with the next request of a call, such as `POST location`. */
  take(call: string): Promise<Exchange> {
    const at = this.#waiting.findIndex((exchange) => callOf(exchange) === call)
    const [exchange] = at < 0 ? [] : this.#waiting.splice(at, 1)
    if (exchange !== undefined) return Promise.resolve(exchange)
    return new Promise((take) => this.#takers.push({ call, take }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server.close(), 'close')
    this.#server.closeAllConnections()
    await closed
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.url?.includes('/rooms/')) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(this.#page)
      return
    }
    const exchange = new Exchange(request, response, await buffer(request))
    const at = this.#takers.findIndex(({ call }) => call === callOf(exchange))
    const [taker] = at < 0 ? [] : this.#takers.splice(at, 1)
    if (taker === undefined) this.#waiting.push(exchange)
    else taker.take(exchange)
  }
}

function callOf({ request }: Exchange): string {
  const path = new URL(request.url ?? '', 'http://test').pathname
  return `${request.method} ${path.split('/').at(-1)}`
}

/** Returns a member as a server sends it. */
export function member(id: string, location: Json = null): Member {
  return { id, user: { id, name: 'Guest', color: '#888888' }, location, status: 'online' }
}
