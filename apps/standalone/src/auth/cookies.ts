import type { IncomingMessage } from 'node:http'

/** The longest cookie that browsers store, with name, value and attributes. */
const MOST_BYTES = 4_096

/** Returns the value of a cookie in a request; the first if there are several. */
export function readCookie(request: IncomingMessage, name: string): string | undefined {
  return cookiesOf(request).find(([candidate]) => candidate === name)?.[1]
}

/** Returns the names and values of all cookies of a request, in its order. */
export function cookiesOf({
  headers: { cookie = '' },
}: IncomingMessage): (readonly [name: string, value: string])[] {
  return cookie.split(';').map((pair) => {
    const at = pair.indexOf('=')
    return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()]
  })
}

/**
 * A cookie of this server, which no script can read, and which no page without TLS can set. If the server
 * has its host for itself, no other host can set it either.
 */
export class OwnCookie {
  readonly name: string
  readonly #attributes: string

  /** @param url of the application for browsers */
  constructor(name: string, { protocol, pathname }: URL) {
    const isSecure = protocol === 'https:'
    // RFC 6265bis, 4.1.3: `__Host-` is for whole hosts.
    const prefix = pathname === '/' ? '__Host-' : '__Secure-'
    const path = pathname === '/' ? '/' : pathname.replace(/\/$/, '')
    this.name = isSecure ? prefix + name : name
    this.#attributes = `; Path=${path}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  }

  /** Returns the header that sets it; `undefined` if it is too long for browsers. */
  set(value: string, maxAgeS?: number): string | undefined {
    const age = maxAgeS === undefined ? '' : `; Max-Age=${maxAgeS}`
    const header = `${this.name}=${value}${this.#attributes}${age}`
    return header.length > MOST_BYTES ? undefined : header
  }

  /** Returns the header that removes it. */
  remove(): string {
    return `${this.name}=${this.#attributes}; Max-Age=0`
  }
}
