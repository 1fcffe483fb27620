const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const MAIL = /^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/
// The other addresses are complete, or web addresses without a protocol, such as `example.com`.
const RELATIVE = /^(?:[/#?]|\.\.?\/)/
// Browsers read `//host` and `/\host` as another server; so does `URL`, which then has another
// origin.
const SOMEWHERE = 'https://somewhere.invalid'
const MAX_CHARACTERS = 2_048

/**
 * Returns whether a link is safe to follow: to the web, to a mailbox, or within this server.
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
 * Returns the link that typed text stands for; `undefined` if it stands for none.
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
