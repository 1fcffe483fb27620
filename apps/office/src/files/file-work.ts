import type { SheetsEnd, ToSave } from '@whereabouts/univer'
import type { LeftOut } from '@whereabouts/univer/files'
import { t } from '../language/language.js'
import type { FileAnswer, FileForm, FileQuestion } from './messages.js'
import { describeFailure, FileError } from './sentences.js'

type Answered<A extends FileAnswer['answer']> = Extract<FileAnswer, { answer: A }>

/** A file that is read or written in a worker. Closing it ends whatever it does. */
export class FileWork {
  readonly #worker = new Worker(new URL('./files.worker.ts', import.meta.url), { type: 'module' })

  /**
   * Reads a file.
   *
   * @returns what will be left out
   * @throws {FileError}
   */
  async read(file: File, end: SheetsEnd | undefined): Promise<readonly LeftOut[]> {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const question = { ask: 'read' as const, bytes, name: file.name }
    const { leftOut } = await this.#ask<'read'>(end === undefined ? question : { ...question, end })
    return leftOut
  }

  /** Stores what was read in a room of its own. @throws {FileError} */
  async store(room: string): Promise<void> {
    await this.#ask<'stored'>({ ask: 'store', room })
  }

  /** Returns what was read as updates of a document. */
  async take(): Promise<readonly Uint8Array[]> {
    return (await this.#ask<'taken'>({ ask: 'take' })).updates
  }

  /** Returns the bytes of a file, and what it doesn't have. */
  write(toSave: ToSave, form: FileForm): Promise<Answered<'written'>> {
    return this.#ask<'written'>({ ask: 'write', toSave, form })
  }

  close(): void {
    this.#worker.terminate()
  }

  #ask<A extends FileAnswer['answer']>(question: FileQuestion): Promise<Answered<A>> {
    return new Promise((resolve, reject) => {
      const fail = (event: ErrorEvent) => {
        event.preventDefault()
        reject(new FileError(t('files.tooMuchMemory')))
      }
      const hear = ({ data }: MessageEvent<FileAnswer>) => {
        this.#worker.removeEventListener('error', fail)
        if (data.answer === 'failed') reject(new FileError(describeFailure(data.failure)))
        else resolve(data as Answered<A>)
      }
      this.#worker.addEventListener('message', hear, { once: true })
      this.#worker.addEventListener('error', fail, { once: true })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no target origin
      this.#worker.postMessage(question)
    })
  }
}
