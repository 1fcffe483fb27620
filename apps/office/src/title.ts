const MAX_CHARACTERS = 100
// These would break the line that shows the title: control characters, lone surrogates, line
// separators and characters that change the text direction. The same as in a user's name (NM10).
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u
const UNSHOWABLE_OR_SPACE = new RegExp(`(?:${UNSHOWABLE.source}|\\s)+`, 'gu')

/**
 * Parses a title; returns `undefined` if the value isn't one, since a stranger may have written the
 * document.
 *
 * @see OFFICE.md PG2
 */
export function parseTitle(value: unknown): string | undefined {
  if (typeof value !== 'string' || UNSHOWABLE.test(value)) return undefined
  const title = value.trim()
  return title !== '' && Array.from(title).length <= MAX_CHARACTERS ? title : undefined
}

/**
 * Returns the title for typed or pasted text, as one line and cut to the maximum length.
 *
 * @example cleanTitle(' Budget\n2027 ') // 'Budget 2027'
 */
export function cleanTitle(typed: string): string {
  const line = typed.replaceAll(UNSHOWABLE_OR_SPACE, ' ').trim()
  return Array.from(line).slice(0, MAX_CHARACTERS).join('').trim()
}
