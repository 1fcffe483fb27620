import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import proxyAddress from 'proxy-addr'
import { readBasePath } from './base-path.js'

const FORWARDED_PROTO = /(?:^|[;,])\s*proto\s*=\s*"?https"?\s*(?:[;,]|$)/i

/**
 * The proxies in front of this server. Only they may say, in headers, where a request comes from.
 *
 * @see PROTOCOL.md BR1, BR2
 */
export class Proxies {
  readonly #trusts: (address: string, hop: number) => boolean
  readonly #basePath: string | undefined

  /**
   * @param trusted addresses and CIDR ranges
   * @param basePath the path by which browsers know this server, if that is set
   * @throws {TypeError} if one of them is neither
   */
  constructor(trusted: readonly string[], basePath?: string) {
    this.#trusts = proxyAddress.compile([...trusted])
    this.#basePath = basePath === undefined ? undefined : readBasePath(basePath)
  }

  /** Returns whether the request comes straight from one of the proxies. */
  isBehind(request: IncomingMessage): boolean {
    return this.#trusts(request.socket.remoteAddress ?? '', 0)
  }

  /** Returns the address that the request comes from: the last one that no trusted proxy has. */
  addressOf(request: IncomingMessage): string {
    return proxyAddress(request, this.#trusts)
  }

  /** Returns whether the browser's own connection is encrypted. */
  isSecure(request: IncomingMessage): boolean {
    if (request.socket instanceof TLSSocket) return true
    if (!this.isBehind(request)) return false
    const { 'x-forwarded-proto': proto, forwarded } = request.headers
    // Of several proxies, the first one is the browser's.
    const first = [proto].flat()[0]?.split(',')[0]?.trim().toLowerCase()
    return first === 'https' || (first === undefined && FORWARDED_PROTO.test(forwarded ?? ''))
  }

  /** Returns the host that the browser asked for. */
  hostOf(request: IncomingMessage): string | undefined {
    const forwarded = this.isBehind(request) ? request.headers['x-forwarded-host'] : undefined
    return [forwarded].flat()[0]?.split(',')[0]?.trim() ?? request.headers.host
  }

  /**
   * Returns the path by which the browser knows this server, without a slash at its end; `undefined` if
   * neither a setting nor a proxy says it.
   *
   * @see PROTOCOL.md HT30
   */
  prefixOf(request: IncomingMessage): string | undefined {
    if (this.#basePath !== undefined || !this.isBehind(request)) return this.#basePath
    const said = request.headers['x-forwarded-prefix']
    return typeof said === 'string' ? readBasePath(said) : undefined
  }
}

/** Returns whether a text is an address or a CIDR range. */
export function isProxy(text: string): boolean {
  try {
    proxyAddress.compile(text)
    return true
  } catch {
    return false
  }
}
