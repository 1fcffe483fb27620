import type { IncomingMessage } from 'node:http'

/** The longest path that a login leads back to. */
const MOST_CHARACTERS = 2_048
// Only to read a path against.
const HERE = 'http://here.invalid'
const OWN_LOGIN = /^\/(?:login|logout)(?:\/|$)/

/**
 * The path, with its query, that a login leads back to: one of this server's own, else `/`.
 *
 * @see PROTOCOL.md OP23
 */
export function returnPath(said: string | null): string {
  if (said === null || said.length > MOST_CHARACTERS) return '/'
  if (!said.startsWith('/') || !URL.canParse(said, HERE)) return '/'
  const { origin, pathname, search, hash } = new URL(said, HERE)
  // `/..//example.com` is read as the path `//example.com`, which a browser takes for another host.
  if (origin !== HERE || pathname.startsWith('//') || OWN_LOGIN.test(pathname)) return '/'
  return pathname + search + hash
}

/** The address of the login that leads back to a page. */
export function loginFor(path: string): string {
  return `/login?return=${encodeURIComponent(path)}`
}

/** The parameters in the address of a request. */
export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : url.slice(at))
}
