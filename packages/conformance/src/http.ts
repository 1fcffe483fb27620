import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http'
import https from 'node:https'
import { text as readText } from 'node:stream/consumers'
import { Problem, type Json, type ProblemName } from '@whereabouts/protocol'
import { expect } from 'vitest'
import { within } from './deadline.js'

/** The options of a call. */
export interface CallOptions {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  /** Sent as it is. */
  readonly body?: string | Buffer
  /** Sent as JSON text, with its media type. */
  readonly json?: Json
}

/** An answer with its whole body. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/**
 * Makes one call on its own connection. Resolves when the answer's headers have arrived. Sends the path
 * exactly as in `url`; `fetch` would normalize it.
 */
export function open(url: string, options: CallOptions = {}): Promise<IncomingMessage> {
  const { origin, protocol, hostname, port } = new URL(url)
  const library = protocol === 'https:' ? https : http
  const headers: OutgoingHttpHeaders = { ...options.headers }
  const body = options.json === undefined ? options.body : JSON.stringify(options.json)
  if (options.json !== undefined) headers['content-type'] ??= 'application/json'
  if (body !== undefined) headers['content-length'] ??= Buffer.byteLength(body)
  const method = options.method ?? (body === undefined ? 'GET' : 'POST')
  const path = url.slice(origin.length)
  return within(
    new Promise<IncomingMessage>((resolve, reject) => {
      // Keeps the connection alive as browsers do, but shares it with no other call.
      const agent = new library.Agent({ keepAlive: true })
      const outgoing = library.request({ method, hostname, port, path, headers, agent }, resolve)
      outgoing.on('error', reject)
      outgoing.on('close', () => agent.destroy())
      outgoing.end(body)
    }),
    `headers of ${method} ${path}`,
  )
}

/** Makes one call and reads the answer to its end. */
export async function call(url: string, options: CallOptions = {}): Promise<Answer> {
  const response = await open(url, options)
  const text = await within(readText(response), `the end of the answer to ${url}`)
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

/** Makes one call, whose answer must have `status` and JSON. */
export async function callJson(
  url: string,
  options: CallOptions = {},
  status = 200,
): Promise<Json> {
  const answer = await call(url, options)
  expect(answer, url).toMatchObject({ status })
  return JSON.parse(answer.text) as Json
}

/** Asserts that an answer is a complete problem of that name, and must not be cached. */
export function expectProblem(answer: Answer, name: ProblemName): Problem {
  expect(answer.headers['content-type'], answer.text).toMatch(/^application\/problem\+json\b/)
  const fields = JSON.parse(answer.text) as { readonly [field: string]: Json }
  const problem = Problem.fromJSON(fields)
  expect(problem?.problem, answer.text).toBe(name)
  expect(fields).toMatchObject({ title: problem!.title, status: problem!.status })
  expect(answer.status).toBe(problem!.status)
  expect(problem!.detail.length).toBeGreaterThan(10)
  expect(answer.headers['cache-control']).toContain('no-store')
  return problem!
}

/** Makes one call that must be refused with the problem of that name. */
export async function expectRefused(
  name: ProblemName,
  url: string,
  options: CallOptions = {},
): Promise<Problem> {
  return expectProblem(await call(url, options), name)
}
