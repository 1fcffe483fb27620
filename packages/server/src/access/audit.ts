import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Log } from '../log.js'

/** What is noted of somebody who manages documents. */
export interface AuditEntry {
  /** When, as ISO 8601 has it. */
  readonly at: string
  /** The id of a user; `operator` for a command on the machine, `retention` for the server itself. */
  readonly who: string
  readonly what: string
  readonly room?: string
  /** Further fields, such as `bytes`. Never a secret. */
  readonly [detail: string]: string | number | boolean | undefined
}

/** Keeps an entry. */
export type Audit = (entry: AuditEntry) => void

/** What happened, without the time. */
export type Audited = Omit<AuditEntry, 'at'> & { readonly who: string; readonly what: string }

const AUDIT_FILE = 'audit.jsonl'
/** A file that has come to this size becomes the former one, in the place of the one before. */
const MAX_FILE_BYTES = 10_485_760
const MAX_TEXT = 256
/** Readable and writable by the server's own user alone. */
const PRIVATE = 0o600
const PRIVATE_FOLDER = 0o700

/** Notes what those did who manage documents. */
export class AuditLog {
  /**
   * @param audit where entries go; into the data folder without it, or into the log without that
   * @param dataDir the data folder
   */
  constructor(
    private readonly audit: Audit | undefined,
    private readonly dataDir: string | undefined,
    private readonly log: Log,
  ) {}

  /** Never throws: what was done is done, whether it can be noted or not. @see PROTOCOL.md AD9 */
  note(happened: Audited): void {
    const entry = bounded({ at: new Date().toISOString(), ...happened })
    try {
      if (this.audit !== undefined) this.audit(entry)
      else if (this.dataDir !== undefined) append(join(this.dataDir, AUDIT_FILE), entry)
      else this.log.info(`audit: ${JSON.stringify(entry)}`)
    } catch (error) {
      this.log.error(
        `could not be kept in the audit log: ${JSON.stringify(entry)}: ${String(error)}`,
      )
    }
  }
}

function bounded(entry: AuditEntry): AuditEntry {
  const fields = Object.entries(entry).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, MAX_TEXT) : value,
  ])
  return Object.fromEntries(fields) as AuditEntry
}

function append(file: string, entry: AuditEntry): void {
  // Servers that are one have nothing else there, so it may not be made yet.
  mkdirSync(dirname(file), { recursive: true, mode: PRIVATE_FOLDER })
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size >= MAX_FILE_BYTES) renameSync(file, `${file}.1`)
  appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: PRIVATE })
}
