import { chmodSync, closeSync, openSync, statSync } from 'node:fs'

/** Readable and writable by the server's own user alone. */
const PRIVATE = 0o600
const RIGHTS = 0o777

/**
 * Makes an empty file that is private whatever the umask, unless there is one already, whose rights
 * are narrowed.
 *
 * A file that is there isn't opened: closing it would give up the locks that SQLite holds on it for
 * this process.
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

/** Leaves the rights to the file, if it exists, to its owner alone. */
export function narrow(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats?.isFile() === true && (stats.mode & RIGHTS) !== PRIVATE) chmodSync(file, PRIVATE)
}
