const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const MAIL = /^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/
// Begins with what a whole address doesn't, so that `example.com` is the web.
const RELATIVE = /^(?:[/#?]|\.\.?\/)/
// A browser reads `//host` and `/\host` as another server; so does this, and says so.
const SOMEWHERE = 'https://somewhere.invalid'
const MAX_CHARACTERS = 2_048

/**
 * Whether a link may be followed: to the web, to a mailbox, or to a place of this server.
 *
 * @see OFFICE.md PG9
 */
export function isSafeLink(href: unknown): boolean {
  if (typeof href !== 'string' || href.length > MAX_CHARACTERS) return false
  try {
    if (RELATIVE.test(href)) return new URL(href, SOMEWHERE).origin === SOMEWHERE
    return SCHEME.test(href) && PROTOCOLS.has(new URL(href).protocol)
  } catch {
    return false
  }
}

/**
 * The link that somebody means by what they typed; `undefined` if it is none.
 *
 * @example readLink('example.com/a') // 'https://example.com/a'
 */
export function readLink(typed: string): string | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  if (isSafeLink(text)) return text
  if (MAIL.test(text)) return `mailto:${text}`
  const href = `https://${text}`
  const hasOtherScheme = SCHEME.test(text) && !/^[^/]*:[0-9]+(?:\/|$)/.test(text)
  return !hasOtherScheme && isSafeLink(href) ? href : undefined
}
