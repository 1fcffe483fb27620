import type { IncomingMessage } from 'node:http'

/** The longest path that a login leads back to. */
const MOST_CHARACTERS = 2_048
// A base for parsing paths.
const HERE = 'http://here.invalid'
const OWN_LOGIN = /^\/(?:login|logout)(?:\/|$)/

/**
 * Returns the path and query to return to after a login. A path on another host becomes `/`.
 *
 * @see PROTOCOL.md OP23
 */
export function returnPath(said: string | null): string {
  if (said === null || said.length > MOST_CHARACTERS) return '/'
  if (!said.startsWith('/') || !URL.canParse(said, HERE)) return '/'
  const { origin, pathname, search, hash } = new URL(said, HERE)
  // `/..//example.com` is parsed to the path `//example.com`, which is another host to a browser.
  if (origin !== HERE || pathname.startsWith('//') || OWN_LOGIN.test(pathname)) return '/'
  const path = pathname + search + hash
  // Escapes make it longer, and it has to fit into the cookie of the login.
  return path.length > MOST_CHARACTERS ? '/' : path
}

/**
 * Returns the address of the login that returns to a page.
 *
 * @param root of the application; ends with `/`
 */
export function loginFor(path: string, root: string): string {
  return `${root}login?return=${encodeURIComponent(path)}`
}

/** Returns the address of a page. */
export function below(root: string, path: string): string {
  return root + path.slice(1)
}

/** Returns the query parameters of a request. */
export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : url.slice(at))
}
