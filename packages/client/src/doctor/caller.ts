import { parsePosition } from '@whereabouts/protocol'
import type { Answer, Asked, Posted } from './seen.js'
import type { Surroundings } from './surroundings.js'

/** Where to look, and as whom. */
export interface Patient {
  /** Where the calls are, without a slash at the end. */
  readonly base: string
  readonly room: string
  readonly member: string
  /** What the locations of this look are known by. */
  readonly mark: string
  readonly headers: HeadersInit | undefined
}

export interface Call {
  readonly call: string
  readonly query?: { readonly [name: string]: string }
  /** Without headers. */
  readonly init?: RequestInit
  readonly headers?: { readonly [name: string]: string }
}

/** What an answer says about its way here. Nothing of it is a secret. */
const SHOWN_HEADERS = [
  'age',
  'allow',
  'cache-control',
  'cf-ray',
  'content-encoding',
  'content-type',
  'date',
  'server',
  'via',
  'x-amz-cf-id',
  'x-azure-ref',
  'x-cache',
  'x-envoy-upstream-service-time',
  'x-served-by',
  'x-varnish',
] as const

const JSON_BODY = { 'content-type': 'application/json' }

/** Makes the doctor's requests, and notes their times. */
export class Caller {
  readonly #startMs: number

  constructor(
    readonly patient: Patient,
    private readonly around: Surroundings,
  ) {
    this.#startMs = around.nowMs()
  }

  /** Returns the time since the look began, in ms. */
  nowMs(): number {
    return Math.round(this.around.nowMs() - this.#startMs)
  }

  /** Resolves after a time, or as soon as the signal aborts. */
  pause(ms: number, signal?: AbortSignal): Promise<void> {
    return this.around.pause(ms, signal)
  }

  address({ call, query = {} }: Call): string {
    const { base, room } = this.patient
    const parameters = new URLSearchParams(query).toString()
    return `${base}/rooms/${room}/${call}${parameters && `?${parameters}`}`
  }

  /** Makes a request as the client does. @see PROTOCOL.md CL36 */
  fetch(call: Call, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(this.patient.headers)
    for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value)
    const init: RequestInit = {
      cache: 'no-store',
      redirect: 'manual',
      ...call.init,
      headers,
      signal,
    }
    return this.around.fetch(this.address(call), init)
  }

  /** Makes a request and reads its answer. Never throws. */
  async ask(call: Call, signal: AbortSignal): Promise<Asked> {
    const sentAtMs = this.nowMs()
    try {
      const response = await this.fetch(call, signal)
      const body = await readBody(response)
      return { sentAtMs, answeredAtMs: this.nowMs(), answer: answerOf(response), body }
    } catch (error) {
      const failure = signal.aborted ? 'no answer in time' : reasonOf(error)
      return { sentAtMs, answeredAtMs: this.nowMs(), failure }
    }
  }

  /** Posts a location. @param keyIn where the member key is */
  async move(location: object, keyIn: 'query' | 'header', signal: AbortSignal): Promise<Posted> {
    const { member } = this.patient
    const inHeader = keyIn === 'header' ? { 'whereabouts-member': member } : {}
    const query = keyIn === 'query' ? { member } : {}
    const posted = jsonPost(location)
    const headers = { ...posted.headers, ...inHeader }
    const asked = await this.ask({ call: 'location', query, ...posted, headers }, signal)
    return { ...asked, ...(isJson(asked) && readMoved(asked.body)) }
  }
}

/** Returns a `POST` with JSON. */
export function jsonPost(value: object): Pick<Call, 'init' | 'headers'> {
  return { init: { method: 'POST', body: JSON.stringify(value) }, headers: JSON_BODY }
}

export function answerOf({ status, headers }: Response): Answer {
  const shown = SHOWN_HEADERS.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return { status, headers: Object.fromEntries(shown) }
}

/** Returns whether the server answered with JSON. @see PROTOCOL.md CL35 */
export function isJson({ answer }: Asked): boolean {
  return answer?.status === 200 && hasType(answer, 'application/json')
}

export function hasType({ headers }: Answer, type: string): boolean {
  return headers['content-type']?.startsWith(type) === true
}

/** Says why a request failed: the system's own words stand in the cause of Node's error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

async function readBody(response: Response): Promise<unknown> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return [...bytes.subarray(0, MOST_SHOWN_BYTES)]
  }
}

/** More than any answer that is checked by its bytes. */
const MOST_SHOWN_BYTES = 64

function readMoved(body: unknown): Pick<Posted, 'position' | 'self'> {
  const { id, self } = Object(body) as { readonly id?: unknown; readonly self?: unknown }
  const position = parsePosition(String(id))
  return position === undefined ? {} : { position, self: String(self) }
}
