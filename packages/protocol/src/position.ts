/** A place in a room's history. @see PROTOCOL.md §1 */
export interface Position {
  /** The id of one unbroken sequence of versions: 1 to 32 of `A-Z a-z 0-9 _ -`. */
  readonly epoch: string
  /** A safe integer, 0 or more. */
  readonly version: number
}

const POSITION = /^([A-Za-z0-9_-]{1,32}):(0|[1-9][0-9]{0,15})$/

/** Formats a position. @example formatPosition({ epoch: '6f2c81', version: 41 }) // '6f2c81:41' */
export function formatPosition({ epoch, version }: Position): string {
  return `${epoch}:${version}`
}

/** Parses a position; returns `undefined` if the text isn't one. */
export function parsePosition(text: string): Position | undefined {
  const match = POSITION.exec(text)
  if (match === null) return undefined
  const version = Number(match[2])
  return Number.isSafeInteger(version) ? { epoch: match[1]!, version } : undefined
}
