import type { SharedWorkbook } from '@whereabouts/univer'
import { addressOf, newRoom } from '../route.js'
import { FileWork } from './file-work.js'
import { describeLeftOut } from './sentences.js'

/** A sheet to which those of a file can be added. */
export type SheetTarget = Pick<SharedWorkbook, 'end' | 'addSheets'>

/** What happens with a file. Until `writing`, nothing has been changed. */
export type Step =
  | { readonly at: 'choose' | 'reading' | 'writing' | 'done' }
  | { readonly at: 'left-out'; readonly lines: readonly string[] }
  | { readonly at: 'failed'; readonly why: string }

/** Opens a file: asks where to, reads it, says what is left out, and then writes it. @see FILES.md FL11, FL12 */
export class FileOpening {
  readonly #file: File
  readonly #into: SheetTarget | undefined
  readonly #work = new FileWork()
  readonly #listeners = new Set<() => void>()
  #isNew = true
  #step: Step

  /** @param into the open sheet; `undefined` if there is none that can be edited */
  constructor(file: File, into: SheetTarget | undefined) {
    this.#file = file
    this.#into = into
    this.#step = { at: into === undefined ? 'reading' : 'choose' }
    if (into === undefined) this.begin(true)
  }

  readonly getSnapshot = (): Step => this.#step

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Reads the file. @param isNew whether it becomes a new document */
  begin(isNew: boolean): void {
    this.#isNew = isNew
    this.#doOrSay(this.#read())
  }

  /** Goes on without what is left out. */
  finish(): void {
    this.#doOrSay(this.#write())
  }

  /** Ends whatever is being done. */
  close(): void {
    this.#work.close()
  }

  async #read(): Promise<void> {
    this.#go({ at: 'reading' })
    const leftOut = await this.#work.read(this.#file, this.#isNew ? undefined : this.#into?.end)
    if (leftOut.length === 0) await this.#write()
    else this.#go({ at: 'left-out', lines: leftOut.map(describeLeftOut) })
  }

  async #write(): Promise<void> {
    this.#go({ at: 'writing' })
    if (this.#isNew || this.#into === undefined) {
      const room = newRoom('sheet')
      await this.#work.store(room)
      location.assign(addressOf({ kind: 'sheet', room }))
    } else {
      await this.#into.addSheets(await this.#work.take())
      this.#go({ at: 'done' })
    }
  }

  #doOrSay(doing: Promise<void>): void {
    doing.catch((error: unknown) => this.#go({ at: 'failed', why: (error as Error).message }))
  }

  #go(step: Step): void {
    this.#step = step
    for (const listener of this.#listeners) listener()
  }
}
