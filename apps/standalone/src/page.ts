import { readFileSync } from 'node:fs'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { etagOf } from './files.js'

/** Where the built page refers to something below the root. */
const ROOT_IN_FILE = /"\/(?=assets\/|manifest\.webmanifest")/g

/**
 * The application's one HTML page. It refers to its files below the application's root, which depends
 * on the request; `<base>` would also redirect the links within a page. It is a kilobyte, so that it is
 * not compressed: strangers can ask for any number of roots.
 */
export class Page {
  readonly #html: string

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
    const html = this.#html.replaceAll(ROOT_IN_FILE, () => `"${root}`)
    const headers: OutgoingHttpHeaders = { ...this.headers, ETag: etagOf(html) }
    if (status === 200 && request.headers['if-none-match'] === headers['ETag']) {
      response.writeHead(304, headers).end()
      return
    }
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(html) })
    response.end(request.method === 'HEAD' ? undefined : html)
  }
}
