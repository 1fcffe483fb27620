import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { brotliCompressSync, gzipSync } from 'node:zlib'

/** How many roots are remembered. There is one for each depth of an address, and for each path of a proxy. */
const MOST_ROOTS = 32
/** Where the built page refers to something below the root. */
const ROOT_IN_FILE = /"\/(?=assets\/|manifest\.webmanifest")/g

/** The page for one root. */
interface Made {
  readonly etag: string
  readonly encodings: { readonly br: Buffer; readonly gzip: Buffer; readonly identity: Buffer }
}

/**
 * The application's one HTML page. It refers to its files below the application's root, which depends
 * on the request; `<base>` would also redirect the links within a page.
 */
export class Page {
  readonly #html: string
  readonly #made = new Map<string, Made>()

  /**
   * @param change made to what the file has
   * @throws {Error} if the file can't be read
   */
  constructor(
    file: string,
    private readonly headers: OutgoingHttpHeaders,
    change: (html: string) => string,
  ) {
    this.#html = change(readFileSync(file, 'utf8'))
  }

  /** @param root ends with `/` */
  send(request: IncomingMessage, response: ServerResponse, root: string, status = 200): void {
    const { etag, encodings } = this.#madeFor(root)
    const encoding = encodingFor(request)
    const headers: OutgoingHttpHeaders = { ...this.headers, ETag: etag, Vary: 'Accept-Encoding' }
    if (status === 200 && request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end()
      return
    }
    const body = encodings[encoding]
    if (encoding !== 'identity') headers['Content-Encoding'] = encoding
    response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body)
  }

  #madeFor(root: string): Made {
    const known = this.#made.get(root)
    if (known !== undefined) return known
    if (this.#made.size >= MOST_ROOTS) this.#made.clear()
    const made = make(this.#html.replaceAll(ROOT_IN_FILE, () => `"${root}`))
    this.#made.set(root, made)
    return made
  }
}

function make(html: string): Made {
  const identity = Buffer.from(html)
  const hash = createHash('sha256').update(identity).digest('base64url').slice(0, 22)
  const encodings = { br: brotliCompressSync(identity), gzip: gzipSync(identity), identity }
  return { etag: `W/"${hash}"`, encodings }
}

function encodingFor({ headers }: IncomingMessage): keyof Made['encodings'] {
  const accepted = headers['accept-encoding'] ?? ''
  if (/\bbr\b/.test(accepted)) return 'br'
  return /\bgzip\b/.test(accepted) ? 'gzip' : 'identity'
}
