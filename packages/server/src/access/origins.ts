import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '@whereabouts/protocol'
import type { Proxies } from './proxies.js'

/**
 * Checks which pages may change something here. A browser lets any page on the web send requests with
 * its user's cookies, or from inside its user's network.
 *
 * @see PROTOCOL.md BR3, BR4, BR5
 */
export class Origins {
  /** @param allowed origins besides the server's own; `*` for all */
  constructor(
    private readonly allowed: readonly string[],
    private readonly proxies: Proxies,
  ) {}

  /**
   * @param response whose CORS headers, set by the application, may also allow a page
   * @throws {Problem} forbidden, if a page on another origin sent the request
   */
  check(request: IncomingMessage, response: ServerResponse): void {
    const { origin, 'sec-fetch-site': site } = request.headers
    // Programs other than browsers send neither header.
    if (origin === undefined && site === undefined) return
    if (site === 'same-origin' || site === 'none') return
    if (this.#isAllowed(origin) || isGranted(response, origin)) return
    if (site === undefined && hostOf(origin) === this.proxies.hostOf(request)) return
    throw new Problem(
      'forbidden',
      `A page on another origin (${origin ?? 'unknown'}) sent this request. To let it in, allow its origin by CORS or in the server's allowedOrigins.`,
    )
  }

  #isAllowed(origin: string | undefined): boolean {
    if (this.allowed.includes('*')) return true
    return origin !== undefined && this.allowed.includes(origin)
  }
}

function isGranted(response: ServerResponse, origin: string | undefined): boolean {
  const granted = response.getHeader('access-control-allow-origin')
  return granted === '*' || (origin !== undefined && granted === origin)
}

/** Returns the host of an origin, for requests without `Sec-Fetch-Site`, which browsers send only over TLS
 * and to localhost. */
function hostOf(origin: string | undefined): string | undefined {
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined
}
