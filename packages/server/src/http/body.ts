import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Http2Stream } from 'node:http2'
import { type Json, Problem } from '@whereabouts/protocol'
import type { ResolvedOptions } from '../options.js'
import { Arriving } from './arriving.js'
import type { Call, Parsed } from './call.js'
import { Gathering, tooLarge } from './gathering.js'

/** The headers of a request that describe its body. */
interface BodyHeaders {
  readonly type: string | undefined
  readonly encoding: string | undefined
  readonly lengthBytes: number
}

/** A JSON value, and the length of the text that it was read from. */
interface JsonBody {
  readonly value: Json
  readonly bytes: number
}

const BYTES_TYPE = /^application\/octet-stream\s*(?:;|$)/i
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i
const NOTHING = Buffer.alloc(0)
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i

/**
 * Reads the bodies of the protocol's calls, by the same rules on both platforms.
 *
 * Nest's body parsers run first, with other rules: Express's refuses a JSON number, Fastify's refuses
 * `__proto__`, and both have other limits. So the headers that announce a body are removed from the
 * request before the parsers see it, which leaves the stream unread.
 */
export class Bodies {
  readonly #headers = new WeakMap<IncomingMessage, BodyHeaders>()
  readonly #arriving = new Arriving()
  readonly #gathering: Gathering

  /** @param accountOf returns the account that a request is counted for */
  constructor(
    { maxArrivingBytes }: Pick<ResolvedOptions, 'maxArrivingBytes'>,
    accountOf: (request: IncomingMessage) => string,
  ) {
    this.#gathering = new Gathering(maxArrivingBytes, accountOf)
  }

  /** Call after the goodbyes, before the platform waits for open connections. */
  finish(): void {
    this.#arriving.finish()
  }

  /** Hides the body of one of the module's requests from the platform's parsers. */
  keep(request: IncomingMessage): void {
    if (this.#headers.has(request)) return
    this.#headers.set(request, bodyHeaders(request))
    delete request.headers['content-type']
    delete request.headers['content-encoding']
    delete request.headers['content-length']
    delete request.headers['transfer-encoding']
  }

  /**
   * Returns the JSON value of a request's body. Reads no further than the limit.
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
   * Returns the bytes of a request's body. Reads no further than the limit.
   *
   * @param files the types of the files that the call takes as well
   * @throws {Problem} unsupported-media-type, too-large, too-many-connections
   * @see PROTOCOL.md DO7, ER3
   */
  async readBytes(
    call: Call,
    limitBytes: number,
    files: readonly string[] = [],
  ): Promise<Uint8Array> {
    const { type, encoding, lengthBytes } = this.#headersOf(call)
    if (!BYTES_TYPE.test(type ?? '') || !isPlain(encoding)) {
      const types = files.length === 0 ? '' : ` A file has one of these types: ${files.join(', ')}.`
      throw new Problem(
        'unsupported-media-type',
        `Send the bytes uncompressed, with "Content-Type: application/octet-stream".${types}`,
      )
    }
    return this.#read(call, lengthBytes, limitBytes)
  }

  /** Returns the media type of a body, in lower case and without parameters; empty if it has none. */
  typeOf(call: Call): string {
    return mediaType(this.#headersOf(call).type ?? '')
  }

  /**
   * Returns the bytes of a body of any type. Reads no further than the limit.
   *
   * @throws {Problem} unsupported-media-type, too-large, too-many-connections
   */
  async readFile(call: Call, limitBytes: number): Promise<Uint8Array> {
    const { encoding, lengthBytes } = this.#headersOf(call)
    if (!isPlain(encoding)) {
      throw new Problem('unsupported-media-type', 'Send the file uncompressed.')
    }
    return this.#read(call, lengthBytes, limitBytes)
  }

  /** Returns whether a body was announced. */
  has(call: Call): boolean {
    const { type, lengthBytes } = this.#headersOf(call)
    return type !== undefined || lengthBytes > 0
  }

  #read(call: Call, announcedBytes: number, limitBytes: number): Buffer | Promise<Buffer> {
    if (announcedBytes !== Infinity && announcedBytes > limitBytes) throw tooLarge(limitBytes)
    return takeArrived(call, announcedBytes) ?? this.#readLater(call, announcedBytes, limitBytes)
  }

  async #readLater(call: Call, announcedBytes: number, limitBytes: number): Promise<Buffer> {
    // The parser has only just passed on the head.
    await Promise.resolve()
    const arrived = takeArrived(call, announcedBytes)
    if (arrived !== undefined) return arrived
    const { request, parsed } = call
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

/**
 * Returns a body that has arrived whole, as a small one does with the head. Reading it directly is much
 * cheaper than adding listeners.
 */
function takeArrived({ request }: Call, announcedBytes: number): Buffer | undefined {
  if (request.readableLength !== announcedBytes || request.readableFlowing !== null)
    return undefined
  const body = (request.read() as Buffer | null) ?? NOTHING
  // Consumes the end of the stream, so that Node's parser releases the request.
  request.resume()
  return body
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

/** Returns a media type in lower case and without parameters. */
export const mediaType = (header: string): string => header.split(';')[0]!.trim().toLowerCase()

function isPlain(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === 'identity'
}

/**
 * Returns the body that a parser of the application has read first. Refuses a string, because it may be
 * the raw body or a parsed JSON string.
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
    // The problem below covers it.
  }
  throw new Problem('bad-json', 'The body is not JSON in UTF-8. Send one JSON value.')
}
