import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Http2Stream } from 'node:http2'
import { type Json, Problem } from '@whereabouts/protocol'
import type { ResolvedOptions } from '../options.js'
import { Arriving } from './arriving.js'
import type { Call, Parsed } from './call.js'
import { Gathering, tooLarge } from './gathering.js'

/** The headers of a request that say what its body is. */
interface BodyHeaders {
  readonly type: string | undefined
  readonly encoding: string | undefined
  readonly lengthBytes: number
}

/** A JSON value, and how long the text is that it was read from. */
interface JsonBody {
  readonly value: Json
  readonly bytes: number
}

type ArrivingLimits = Pick<ResolvedOptions, 'maxArrivingBytes' | 'maxUpdateBytes'>

const BYTES_TYPE = /^application\/octet-stream\s*(?:;|$)/i
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i
const NOTHING = Buffer.alloc(0)
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i

/**
 * Reads the bodies of the protocol's calls, on either platform by the same rules.
 *
 * Nest's parsers take the body first, and theirs are other rules: Express's refuses a JSON number,
 * Fastify's a `__proto__`, and both read on to limits that are not ours. So the headers that announce
 * a body are taken off the request before the parsers see it, and the stream is left for `read()`.
 */
export class Bodies {
  readonly #headers = new WeakMap<IncomingMessage, BodyHeaders>()
  readonly #arriving = new Arriving()
  readonly #gathering: Gathering

  /** @param accountOf returns whom a request is counted for */
  constructor(
    { maxArrivingBytes, maxUpdateBytes }: ArrivingLimits,
    accountOf: (request: IncomingMessage) => string,
  ) {
    this.#gathering = new Gathering(maxArrivingBytes, maxUpdateBytes, accountOf)
  }

  /** After the goodbyes, and before the platform waits for whoever is still there. */
  finish(): void {
    this.#arriving.finish()
  }

  /** Keeps the body of a request, which the platform has for the module, from its parsers. */
  keep(request: IncomingMessage): void {
    if (this.#headers.has(request)) return
    this.#headers.set(request, bodyHeaders(request))
    delete request.headers['content-type']
    delete request.headers['content-encoding']
    delete request.headers['content-length']
    delete request.headers['transfer-encoding']
  }

  /**
   * The JSON value that a request carries; read no further than the limit.
   *
   * @throws {Problem} unsupported-media-type, too-large, bad-json, too-many-connections
   * @see PROTOCOL.md ER2, ER3, ER4
   */
  async readJson(call: Call, limitBytes: number): Promise<JsonBody> {
    const headers = this.#headersOf(call)
    checkMediaType(headers)
    const body = await this.#read(call, headers.lengthBytes, limitBytes)
    return { value: parseJson(body), bytes: body.length }
  }

  /**
   * The bytes that a request carries; read no further than the limit.
   *
   * @throws {Problem} unsupported-media-type, too-large, too-many-connections
   * @see PROTOCOL.md DO7, ER3
   */
  async readBytes(call: Call, limitBytes: number): Promise<Uint8Array> {
    const { type, encoding, lengthBytes } = this.#headersOf(call)
    if (!BYTES_TYPE.test(type ?? '') || !isPlain(encoding)) {
      throw new Problem(
        'unsupported-media-type',
        'Send the bytes uncompressed, with "Content-Type: application/octet-stream".',
      )
    }
    return this.#read(call, lengthBytes, limitBytes)
  }

  /** Whether a body was announced. */
  has(call: Call): boolean {
    const { type, lengthBytes } = this.#headersOf(call)
    return type !== undefined || lengthBytes > 0
  }

  async #read(
    { request, parsed }: Call,
    announcedBytes: number,
    limitBytes: number,
  ): Promise<Buffer> {
    if (announcedBytes !== Infinity && announcedBytes > limitBytes) throw tooLarge(limitBytes)
    // In the next turn is here what came with the head, and listeners would cost more than the rest.
    await Promise.resolve()
    if (request.readableLength === announcedBytes && request.readableFlowing === null) {
      const body = (request.read() as Buffer | null) ?? NOTHING
      // To its end, so that the parser lets go of it.
      request.resume()
      return body
    }
    if (request.readableDidRead || request.readableEnded) {
      return announcedBytes === 0 ? NOTHING : leftBy(parsed, limitBytes)
    }
    this.#arriving.watch(request)
    return this.#gathering.gather(request, limitBytes)
  }

  #headersOf({ request }: Call): BodyHeaders {
    return this.#headers.get(request) ?? bodyHeaders(request)
  }
}

function bodyHeaders(request: IncomingMessage & { stream?: Http2Stream }): BodyHeaders {
  const { headers, stream } = request
  const { 'content-length': length, 'transfer-encoding': coding } = headers
  // HTTP/2 needs no header to say that a body follows.
  const isEndless =
    coding !== undefined || (length === undefined && stream?.endAfterHeaders === false)
  return {
    type: headers['content-type'],
    encoding: headers['content-encoding'],
    lengthBytes: isEndless ? Infinity : Number(length ?? 0),
  }
}

function checkMediaType({ type, encoding, lengthBytes }: BodyHeaders): void {
  const nothing = type === undefined && lengthBytes === 0
  const charset = CHARSET.exec(type ?? '')?.[1]?.toLowerCase() ?? 'utf-8'
  const inUtf8 = ['utf-8', 'utf8'].includes(charset)
  const readable = JSON_TYPE.test(type ?? '') && inUtf8 && isPlain(encoding)
  if (nothing || readable) return
  throw new Problem(
    'unsupported-media-type',
    'Send uncompressed JSON in UTF-8, with "Content-Type: application/json".',
  )
}

function isPlain(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === 'identity'
}

/**
 * What a parser of the application, which read the body first, has left of it. A text is refused: it
 * may be the body, or what a JSON text says.
 *
 * @see PROTOCOL.md HT13
 */
function leftBy({ rawBody, body }: Parsed, limitBytes: number): Buffer {
  const left = [rawBody, body].find((part) => part instanceof Uint8Array)
  if (left === undefined && (body === undefined || typeof body === 'string')) {
    throw new Error(
      'a parser of the application has read the body of this call and kept nothing of it; mount the calls before it, or let it keep the raw body',
    )
  }
  const bytes = Buffer.from(left ?? JSON.stringify(body))
  if (bytes.length > limitBytes) throw tooLarge(limitBytes)
  return bytes
}

function parseJson(body: Buffer): Json {
  try {
    if (isUtf8(body)) return JSON.parse(body.toString()) as Json
  } catch {
    // Said below.
  }
  throw new Problem('bad-json', 'The body is not JSON in UTF-8. Send one JSON value.')
}
