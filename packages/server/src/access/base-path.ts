const MOST_CHARACTERS = 128
const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/

/**
 * Reads the path by which browsers know a server, such as `/apps/where`. It goes into pages, cookies and
 * redirects, so that nothing else may be in it.
 *
 * @returns the path without a slash at its end, so `''` for `/`; `undefined` if it isn't such a path
 * @see PROTOCOL.md HT31
 */
export function readBasePath(text: string): string | undefined {
  const path = text.replace(/\/$/, '')
  if (path === '') return path
  return path.length <= MOST_CHARACTERS && PATH.test(path) ? path : undefined
}
