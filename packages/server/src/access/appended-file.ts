import type { Stats } from 'node:fs'
import { appendFile, mkdir, rename, rmdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A file that has come to this size becomes the last of the former ones. */
const MAX_FILE_BYTES = 10_485_760
const FORMER_FILES = 4
/** Readable and writable by the server's own user alone. */
const PRIVATE = 0o600
const PRIVATE_FOLDER = 0o700

/** A lock that is older was left by a process that was killed. */
const STALE_MS = 10_000

/** A file of bounded size, which several processes may append to. Lines are appended one after the other. */
export class AppendedFile {
  #last: Promise<void> = Promise.resolve()

  /** @param dropped called with the oldest file when it is replaced, and with the time of its last line */
  constructor(
    private readonly file: string,
    private readonly dropped: (file: string, until: Date) => void,
  ) {}

  /**
   * Resolves when a line is in the file, after all lines before it.
   *
   * @throws {Error} if it can't be written; the lines after it are still tried
   */
  append(line: string): Promise<void> {
    const written = this.#last.then(() => this.#write(line))
    this.#last = written.catch(() => {})
    return written
  }

  /** Resolves when no line waits. */
  flush(): Promise<void> {
    return this.#last
  }

  async #write(line: string): Promise<void> {
    // Servers whose documents are in a database have nothing else there, so it may not exist yet.
    await mkdir(dirname(this.file), { recursive: true, mode: PRIVATE_FOLDER })
    if (await this.#isFull()) await this.#rotate()
    await appendFile(this.file, line, { mode: PRIVATE })
  }

  /** Of several processes one does it; the others append meanwhile. @see PROTOCOL.md AD20 */
  async #rotate(): Promise<void> {
    const lock = `${this.file}.lock`
    if (!(await madeFolder(lock))) return this.#removeStale(lock)
    try {
      // Another process may have done it just before.
      if (await this.#isFull()) await this.#move()
    } finally {
      await rmdir(lock)
    }
  }

  async #move(): Promise<void> {
    const oldest = `${this.file}.${FORMER_FILES}`
    const dropped = await found(oldest)
    for (let number = FORMER_FILES - 1; number > 0; number--)
      await renameFound(`${this.file}.${number}`, `${this.file}.${number + 1}`)
    await rename(this.file, `${this.file}.1`)
    if (dropped !== undefined) this.dropped(oldest, dropped.mtime)
  }

  /** For the next line. */
  async #removeStale(lock: string): Promise<void> {
    const madeMs = (await found(lock))?.mtimeMs ?? Infinity
    if (Date.now() - madeMs > STALE_MS) await rmdir(lock).catch(() => {})
  }

  async #isFull(): Promise<boolean> {
    return ((await found(this.file))?.size ?? 0) >= MAX_FILE_BYTES
  }
}

/** Makes a folder, which one of several processes can. Returns whether this one did. */
async function madeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: PRIVATE_FOLDER })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function found(path: string): Promise<Stats | undefined> {
  return stat(path).catch(unlessMissing)
}

function renameFound(path: string, to: string): Promise<void> {
  return rename(path, to).catch(unlessMissing)
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  return undefined
}
