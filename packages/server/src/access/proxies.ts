import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import proxyAddress from 'proxy-addr'
import { readBasePath } from './base-path.js'
import { addressIn, type Hop, readForwarded } from './forwarded.js'

const OTHERS = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']

/**
 * The proxies in front of this server. Only they may say, in headers, where a request comes from.
 *
 * @see PROTOCOL.md BR1, BR2, ID18
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

  /** Returns whether an address is one of the proxies. */
  trusts(address: string): boolean {
    return this.#trusts(address, 0)
  }

  /** Returns whether the request comes straight from one of the proxies. */
  isBehind(request: IncomingMessage): boolean {
    return this.trusts(request.socket.remoteAddress ?? '')
  }

  /** Returns the address that the request comes from: the last one that no trusted proxy has. */
  addressOf(request: IncomingMessage): string {
    const hops = this.#hopsOf(request)
    return hops.length === 0 ? proxyAddress(request, this.#trusts) : this.#lastIn(request, hops)
  }

  /** Returns whether the browser's own connection is encrypted. */
  isSecure(request: IncomingMessage): boolean {
    if (request.socket instanceof TLSSocket) return true
    if (!this.isBehind(request)) return false
    // Of several proxies, the first one is the browser's.
    const proto = firstOf(request.headers['x-forwarded-proto']) ?? this.#hopsOf(request)[0]?.proto
    return proto?.toLowerCase() === 'https'
  }

  /** Returns the host that the browser asked for. */
  hostOf(request: IncomingMessage): string | undefined {
    const host = askedHost(request)
    if (!this.isBehind(request)) return host
    return firstOf(request.headers['x-forwarded-host']) ?? this.#hopsOf(request)[0]?.host ?? host
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

  /**
   * Returns what the header `Forwarded` says. A proxy that sends the other headers may pass it on from
   * its caller, so it counts only without them.
   *
   * @see PROTOCOL.md ID18
   */
  #hopsOf(request: IncomingMessage): readonly Hop[] {
    const { forwarded } = request.headers
    if (forwarded === undefined || OTHERS.some((name) => request.headers[name] !== undefined))
      return []
    return this.isBehind(request) ? readForwarded(forwarded) : []
  }

  #lastIn({ socket }: IncomingMessage, hops: readonly Hop[]): string {
    let address = socket.remoteAddress ?? ''
    for (const [index, hop] of hops.toReversed().entries()) {
      if (!this.#trusts(address, index)) break
      address = addressIn(hop.for ?? 'unknown')
    }
    return address
  }
}

/** Returns the first item of a header that is a list. */
function firstOf(header: string | readonly string[] | undefined): string | undefined {
  return [header].flat()[0]?.split(',')[0]?.trim()
}

/** Returns the host that a request names, which HTTP/2 does in `:authority`. */
export function askedHost({ headers }: IncomingMessage): string | undefined {
  const authority = headers[':authority']
  return typeof authority === 'string' ? authority : headers.host
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
