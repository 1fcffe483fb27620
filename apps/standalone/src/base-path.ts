import type { IncomingMessage } from 'node:http'
import type { WhereaboutsOptions } from '@whereabouts/server'
import { pathOf, Proxies, readBasePath } from '@whereabouts/server/mount'

/** Returns the path of the application's root for whoever sent a request; it ends with `/`. */
export type RootOf = (request: IncomingMessage) => string

const ORIGIN = /^https?:\/\/[^/?#\\]+/i
/** The first segments of this server's own addresses. */
const OWN =
  /^\/(?:assets|health|location|login|logout|metrics|openapi\.json|pages|rooms|session|sheets|streams)(?:\/|$)/

/**
 * Where browsers find the application, which may be below a path of a host.
 *
 * @see PROTOCOL.md HT30, OP34
 */
export class BasePath {
  readonly #path: string
  readonly #proxies: Proxies

  constructor({ basePath, trustedProxies = [] }: WhereaboutsOptions) {
    this.#path = readBasePath(basePath ?? '') ?? ''
    this.#proxies = new Proxies(trustedProxies, basePath)
  }

  /** Removes the path from the address of a request, if the proxy has left it there. */
  remove(request: IncomingMessage): void {
    if (this.#path === '') return
    const { url = '' } = request
    const start = ORIGIN.exec(url)?.[0].length ?? 0
    const end = start + this.#path.length
    if (url.slice(start, end) !== this.#path || !/^(?:[/?]|$)/.test(url.slice(end))) return
    const rest = url.slice(end)
    request.url = url.slice(0, start) + (rest.startsWith('/') ? rest : `/${rest}`)
  }

  /**
   * Without a setting, and without a word of a trusted proxy, the root is said relative to the address
   * of the request. This is right whatever path a proxy has removed.
   */
  readonly rootOf: RootOf = (request) => {
    const prefix = this.#proxies.prefixOf(request)
    if (prefix !== undefined) return `${prefix}/`
    const depth = pathOf(request.url ?? '').split('/').length - 2
    return depth > 0 ? '../'.repeat(depth) : './'
  }
}

/** Whether requests below this path could be mistaken for others of this server. */
export function isOwnPath(basePath: string): boolean {
  return OWN.test(basePath)
}
