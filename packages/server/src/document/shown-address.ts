/**
 * An address as it may stand in a log: without the user, the password and whatever follows the path.
 *
 * @example shownAddress('postgres://me:secret@db.example:5432/whereabouts?sslmode=require')
 *   // postgres://db.example:5432/whereabouts
 */
export function shownAddress(url: string): string {
  // To the last @: a password that isn't escaped may have anything in it.
  return url.replace(/^([\w-]+:\/\/).*@/s, '$1').replace(/[?#].*$/s, '')
}

const PATIENCE_MS = 1_000

/** Waits for what is at an address, and tells once who is waited for if that takes long. */
export async function connected<T>(
  to: string,
  url: string,
  connecting: Promise<T>,
  warn: (message: string) => void,
): Promise<T> {
  const timer = setTimeout(() => warn(`waiting for ${to} at ${shownAddress(url)}`), PATIENCE_MS)
  try {
    return await connecting
  } finally {
    clearTimeout(timer)
  }
}
