import { chmodSync, closeSync, openSync, statSync } from 'node:fs'

/** Only the server's user can read and write the file. */
const PRIVATE = 0o600
const RIGHTS = 0o777

/**
 * Creates an empty private file, whatever the umask. If the file exists, narrows its permissions.
 *
 * An existing file isn't opened: closing it would release the locks that SQLite holds on it for this
 * process.
 *
 * @see https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', PRIVATE))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  narrow(file)
}

/** Restricts a file, if it exists, to its owner. */
export function narrow(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats?.isFile() === true && (stats.mode & RIGHTS) !== PRIVATE) chmodSync(file, PRIVATE)
}
