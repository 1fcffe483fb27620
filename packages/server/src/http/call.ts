import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { type Json, Problem, PROTOCOL_VERSION } from '@whereabouts/protocol'
import type { Parameter } from '../access/caller.js'
import type { Proxies } from '../access/proxies.js'
import { endRest } from './end-request.js'
import { readAddress } from './routes.js'

/** The places where a parser of the application leaves a body that it has read. */
export interface Parsed {
  readonly body?: unknown
  readonly rawBody?: unknown
}

/** Writes a JSON text as the answer. */
export type WriteJson = (call: Call, text: string) => void

/**
 * One call: Node's own request and response, independent of the framework. Writes answers itself instead
 * of returning them to a framework, so that an application's interceptors and serializers can't change
 * them.
 */
export class Call {
  readonly #target: string
  #parameters: URLSearchParams | undefined
  /** Set when a server takes the call: knows the path that a proxy has removed. */
  proxies: Pick<Proxies, 'prefixOf'> | undefined

  /**
   * @param parsed the framework's request, if there is a framework
   * @param writeJson writes answers instead of the response, if no code of the application is involved
   */
  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly parsed: Parsed = request as Parsed,
    private readonly writeJson?: WriteJson,
  ) {
    // Not `originalUrl`: guards and the router see the URL as the application rewrote it.
    this.#target = request.url ?? ''
  }

  /** Returns a parameter from the query; of several, the last one. */
  readonly query: Parameter = (name) => {
    this.#parameters ??= parametersOf(this.#target)
    return this.#parameters.getAll(name).at(-1)
  }

  /** The path that the caller finds the calls below, without a slash at its end. @see PROTOCOL.md HT30 */
  get base(): string {
    const mount = readAddress(this.#target)?.mount ?? ''
    return (this.proxies?.prefixOf(this.request) ?? '') + mount
  }

  json(body: object): void {
    const text = JSON.stringify(body)
    if (this.writeJson === undefined) this.sendJson(text)
    else this.writeJson(this, text)
  }

  /** Sends a JSON text through the response. */
  sendJson(text: string): void {
    this.send(200, JSON_TYPE, text)
  }

  /**
   * Answers without a body.
   *
   * @param ignored what is wrong with the request's body, if the answer is the same all the same
   */
  empty(status: number, ignored?: Problem): void {
    if (ignored !== undefined && this.#isUnread(ignored)) this.#endUnread(status, COMMON_HEADERS)
    else this.response.writeHead(status, COMMON_HEADERS).end()
  }

  send(status: number, contentType: string, body: string | Uint8Array): void {
    this.head(status, contentType, Buffer.byteLength(body))
    this.response.end(body)
  }

  /** Begins an answer; its body follows. */
  head(status: number, contentType: string, lengthBytes: number): void {
    this.response.writeHead(status, headersOf(contentType, lengthBytes))
  }

  /** @see PROTOCOL.md ER1 */
  problem(problem: Problem): void {
    if (this.response.headersSent) {
      this.response.destroy()
      return
    }
    const { retryAfterS } = problem.extensions
    if (typeof retryAfterS === 'number') this.response.setHeader('Retry-After', retryAfterS)
    else if (problem.status === 503) this.response.setHeader('Retry-After', 1)
    if (problem.problem === 'shutting-down') this.#closeConnection()
    const text = JSON.stringify(this.belowBase(problem))
    if (this.#isUnread(problem))
      this.#endUnread(problem.status, headersOf(PROBLEM_TYPE, Buffer.byteLength(text)), text)
    else this.send(problem.status, PROBLEM_TYPE, text)
  }

  /** Prefixes the problem's `watch` address with the path that the calls are below. @see PROTOCOL.md RM19 */
  belowBase(problem: Problem): Problem {
    const { watch } = problem.extensions
    if (typeof watch !== 'string') return problem
    const extensions = { ...problem.extensions, watch: this.base + watch }
    return new Problem(problem.problem, problem.detail, extensions)
  }

  /** Returns whether the rest of the body stays unread. @see PROTOCOL.md ER3, FR14 */
  #isUnread({ problem }: Problem): boolean {
    if (problem === 'too-large') return true
    const { complete, readableDidRead } = this.request
    return problem === 'too-many-connections' && readableDidRead && !complete
  }

  /** HTTP/2 has no `Connection` header. */
  #closeConnection(): void {
    if (this.request.httpVersionMajor < 2) this.response.setHeader('Connection', 'close')
  }

  /**
   * Answers a request whose body is not read to its end. Closing a socket with unread input resets it,
   * and the reset can overtake the answer. So the answer goes out first, and the response ends only after
   * the caller has had time to read it. ER3
   */
  #endUnread(status: number, headers: OutgoingHttpHeaders, text?: string): void {
    const { request, response } = this
    request.pause()
    this.#closeConnection()
    response.writeHead(status, headers)
    if (text === undefined) response.flushHeaders()
    else response.write(text)
    const timer = setTimeout(() => response.end(() => endRest(request)), UNREAD_MS)
    response.once('close', () => clearTimeout(timer))
  }
}

/** The type of every answer that is JSON. */
export const JSON_TYPE = 'application/json; charset=utf-8'
const PROBLEM_TYPE = 'application/problem+json'
const UNREAD_MS = 250
const COMMON_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }

function headersOf(contentType: string, lengthBytes: number): Record<string, string | number> {
  return {
    'Content-Type': contentType,
    'Content-Length': lengthBytes,
    ...COMMON_HEADERS,
  }
}

function parametersOf(target: string): URLSearchParams {
  const end = target.indexOf('?')
  return new URLSearchParams(end < 0 ? '' : target.slice(end))
}

/** Reads a whole number from a parameter. @throws {Problem} bad-parameter. NM7 */
export function wholeNumber(
  parameter: Parameter,
  name: string,
  most: number,
  least = 0,
): number | undefined {
  const text = parameter(name)
  if (text === undefined) return undefined
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw badParameter(name, `a whole number from ${least} to ${most}`)
}

/** Reads `1` or `0` from a parameter; `0` without it. @throws {Problem} bad-parameter */
export function flag(parameter: Parameter, name: string): boolean {
  return oneOf(parameter, name, ['0', '1']) === '1'
}

/** Reads one of some words from a parameter; the first without it. @throws {Problem} bad-parameter */
export function oneOf<const T extends string>(
  parameter: Parameter,
  name: string,
  words: readonly [T, ...T[]],
): T {
  const text = parameter(name)
  if (text === undefined) return words[0]
  const word = words.find((candidate) => candidate === text)
  if (word !== undefined) return word
  throw badParameter(name, words.map((each) => `"${each}"`).join(' or '))
}

/**
 * Refuses a caller who speaks another version of the protocol.
 *
 * @throws {Problem} bad-parameter
 * @see PROTOCOL.md VE1, VE2
 */
export function checkVersion(parameter: Parameter): void {
  const version = parameter('protocol') ?? `${PROTOCOL_VERSION}`
  if (version === `${PROTOCOL_VERSION}`) return
  throw new Problem(
    'bad-parameter',
    `This server only speaks version ${PROTOCOL_VERSION} of the protocol. Send "protocol=${PROTOCOL_VERSION}", or leave it out.`,
    { parameter: 'protocol', supported: [PROTOCOL_VERSION] },
  )
}

export function badParameter(name: string, range: string): Problem {
  const extensions: { [field: string]: Json } = { parameter: name }
  return new Problem('bad-parameter', `The parameter "${name}" must be ${range}.`, extensions)
}

/** Returns the problem of a wrong method, and sets the `Allow` header. @see PROTOCOL.md HT7 */
export function methodNotAllowed(call: Call, allowed: readonly string[]): Problem {
  call.response.setHeader('Allow', allowed.join(', '))
  return new Problem('method-not-allowed', `This address allows only ${allowed.join(' and ')}.`)
}
