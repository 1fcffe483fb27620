/**
 * Returns an address that is safe to log: without user, password, query and fragment.
 *
 * @example shownAddress('postgres://me:secret@db.example:5432/whereabouts?sslmode=require')
 *   // postgres://db.example:5432/whereabouts
 */
export function shownAddress(url: string): string {
  // The match extends to the last @, because a password that isn't escaped may contain one.
  return url.replace(/^([\w-]+:\/\/).*@/s, '$1').replace(/[?#].*$/s, '')
}

const PATIENCE_MS = 1_000

/** Waits for a connection, and warns once with its address if that takes long. */
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
