import { join } from 'node:path'
import type { Log } from '../log.js'
import { AppendedFile } from './appended-file.js'

/** What is noted of somebody who manages documents, or who may see them. */
export interface AuditEntry {
  /** When, as ISO 8601 has it. */
  readonly at: string
  /** `user:` and the id of a user, or what acts without one, such as `operator`. */
  readonly who: string
  readonly what: string
  readonly room?: string
  /** Whether a text was too long, so that its end is missing. */
  readonly cut?: true
  /** Further fields, such as `bytes`. Never a secret. */
  readonly [detail: string]: Detail | undefined
}

/** A field of an entry; a list has the users of a document with their new roles. */
type Detail =
  | string
  | number
  | boolean
  | readonly { readonly user: string; readonly role: string }[]

/** Keeps an entry. */
export type Audit = (entry: AuditEntry) => void

/** Who does something, for the audit log. */
export type Manager =
  | {
      /** The id of a user. */
      readonly by: string
      /** Whether the user may do it as the document's owner, as everybody may with their own. */
      readonly asOwner?: boolean
    }
  | {
      /** What acts without a user: a command on the machine, the server itself, or the application. */
      readonly as: 'operator' | 'retention' | 'application' | 'unknown'
    }
  | {
      readonly as: 'edit link'
      /** Whom the call is counted for. It isn't noted. */
      readonly account: string
    }

/** What somebody did. */
export interface Audited {
  readonly what: string
  readonly room?: string
  readonly [detail: string]: Detail | undefined
}

const AUDIT_FILE = 'audit.jsonl'
/** Apart, so that those who share their own documents can't push out what managers did. */
const ACCESS_FILE = 'access.jsonl'
/** So many changes by strangers are noted in so long, and so many by one of them. */
const MOST_OF_STRANGERS = 100
const MOST_OF_ONE = 10
const STRANGERS_MS = 60_000
/** The longest id of a user is shorter. */
const MAX_TEXT = 300

/** Notes what those did who manage documents, and who changed what others may do. */
export class AuditLog {
  readonly #files: { readonly audit: AppendedFile; readonly access: AppendedFile } | undefined

  /** How many changes each stranger's account has in the log since then. */
  readonly #strangers = new Map<string, number>()
  #notedOfStrangers = 0
  #leftOut = 0
  #strangersSinceMs = -Infinity
  #droppedFiles = 0

  /**
   * @param audit where entries go; into the data folder without it, or into the log without that
   * @param dataDir the data folder
   */
  constructor(
    private readonly audit: Audit | undefined,
    dataDir: string | undefined,
    private readonly log: Log,
    private readonly now: () => number = () => performance.now(),
  ) {
    if (dataDir === undefined) return
    const dropped = (file: string, until: Date) => this.#drop(file, until)
    this.#files = {
      audit: new AppendedFile(join(dataDir, AUDIT_FILE), dropped),
      access: new AppendedFile(join(dataDir, ACCESS_FILE), dropped),
    }
  }

  /** How many files with old entries were dropped. */
  get droppedFiles(): number {
    return this.#droppedFiles
  }

  /**
   * Resolves when an entry is kept. Never rejects: what was done is done, whether it can be noted or not.
   *
   * @see PROTOCOL.md AD9
   */
  async note(who: Manager, done: Audited): Promise<void> {
    if ('as' in who && who.as === 'edit link' && !this.#mayNote(who.account)) return
    const entry = entryOf(who, done)
    try {
      await this.#keep(entry, isOrdinary(who, done))
    } catch (error) {
      this.log.error(
        `could not be kept in the audit log: ${JSON.stringify(entry)}: ${String(error)}`,
      )
    }
  }

  /** Resolves when all that was noted is kept. */
  async flush(): Promise<void> {
    await this.#noteLeftOut()
    await Promise.all([this.#files?.audit.flush(), this.#files?.access.flush()])
  }

  /**
   * Strangers with an edit link may make and end view links all day. What isn't noted is counted.
   *
   * @see PROTOCOL.md AD20
   */
  #mayNote(account: string): boolean {
    const nowMs = this.now()
    if (nowMs - this.#strangersSinceMs >= STRANGERS_MS) this.#beginMinute(nowMs)
    const noted = this.#strangers.get(account) ?? 0
    if (noted === MOST_OF_ONE || this.#notedOfStrangers === MOST_OF_STRANGERS) {
      this.#leftOut += 1
      return false
    }
    this.#strangers.set(account, noted + 1)
    this.#notedOfStrangers += 1
    return true
  }

  #beginMinute(nowMs: number): void {
    this.#strangersSinceMs = nowMs
    this.#strangers.clear()
    this.#notedOfStrangers = 0
    void this.#noteLeftOut()
  }

  async #noteLeftOut(): Promise<void> {
    const leftOut = this.#leftOut
    if (leftOut === 0) return
    this.#leftOut = 0
    await this.note({ as: 'unknown' }, { what: 'access', leftOut })
  }

  /** @see PROTOCOL.md AD23 */
  #drop(file: string, until: Date): void {
    this.#droppedFiles += 1
    this.log.warn(
      `the audit log was full, so its entries until ${until.toISOString()} were dropped: ${file}; to keep all, set \`audit\``,
    )
  }

  async #keep(entry: AuditEntry, ordinary: boolean): Promise<void> {
    const text = JSON.stringify(entry)
    if (this.audit !== undefined) this.audit(entry)
    else if (this.#files === undefined) this.log.info(`audit: ${text}`)
    else await this.#files[ordinary ? 'access' : 'audit'].append(`${text}\n`)
  }
}

/** Returns how many bytes an entry takes in a file. @see PROTOCOL.md BU24 */
export function bytesOfEntry(who: Manager, done: Audited): number {
  return Buffer.byteLength(JSON.stringify(entryOf(who, done))) + 1
}

function entryOf(who: Manager, done: Audited): AuditEntry {
  return bounded({ at: new Date().toISOString(), who: whoOf(who), ...done })
}

/** Whether everybody may do something with their own documents. @see PROTOCOL.md AD9 */
function isOrdinary(who: Manager, { what }: Audited): boolean {
  return what === 'access' || ('by' in who && who.asOwner === true)
}

/** A user may be called `operator`. */
function whoOf(who: Manager): string {
  return 'by' in who ? `user:${who.by}` : who.as
}

/** Lists are bounded by what a call may say. @see PROTOCOL.md SR16 */
function bounded(entry: AuditEntry): AuditEntry {
  let isCut = false
  const fields = Object.entries(entry).map(([name, value]) => {
    if (typeof value !== 'string' || value.length <= MAX_TEXT) return [name, value] as const
    isCut = true
    return [name, value.slice(0, MAX_TEXT)] as const
  })
  return Object.fromEntries(isCut ? [...fields, ['cut', true]] : fields) as AuditEntry
}
