import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A file that has come to this size becomes the former one, in the place of the one before. */
const MAX_FILE_BYTES = 10_485_760
/** Readable and writable by the server's own user alone. */
const PRIVATE = 0o600
const PRIVATE_FOLDER = 0o700

/** A file of bounded size, to which lines are appended one after the other. */
export class AppendedFile {
  #last: Promise<void> = Promise.resolve()

  constructor(private readonly file: string) {}

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
    if ((await this.#size()) >= MAX_FILE_BYTES) await rename(this.file, `${this.file}.1`)
    await appendFile(this.file, line, { mode: PRIVATE })
  }

  async #size(): Promise<number> {
    try {
      return (await stat(this.file)).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
      throw error
    }
  }
}
