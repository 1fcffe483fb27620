import {
  type Author,
  documentOfComments,
  Problem,
  type Version,
  type Versions,
} from '@whereabouts/protocol'
import { RareWarning } from './access/rare-warning.js'
import { type AskedRoom, askedByApplication } from './document/asked-room.js'
import type { RoomVersions } from './document/documents.js'
import type { Quotas } from './document/quota.js'
import { authorText, type VersionPage } from './document/version-store.js'
import type { Keeping, VersionAnswer } from './document/versions.js'
import type { Log } from './log.js'
import type { ResolvedOptions } from './options.js'
import type { DocumentChanges } from './rooms/hosted-rooms.js'
import { StoreCalls } from './store-calls.js'
import type { Clock } from './stream/clock.js'

/** What a history is made with. */
export interface HistoryContext {
  readonly versions: RoomVersions
  readonly options: Pick<
    ResolvedOptions,
    'historyEveryMs' | 'historyAllHours' | 'historyHourlyDays' | 'historyBytes'
  >
  readonly quotas: Pick<Quotas, 'takeVersion'>
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly log: Log
}

/** How long a document rests before a version is made. */
const QUIET_MS = 60_000
/** How often a version is made of which another node made one meanwhile. */
const MOST_ATTEMPTS = 3
/** Of how many rooms it is remembered who has written. */
const MOST_ROOMS = 10_000

/** Who wrote in a room since its last version, as far as this node knows. */
interface Period {
  readonly sinceMs: number
  /** When they were noted in the store, by their texts. */
  readonly authors: Map<string, number>
}

/**
 * The versions of documents: made while people edit, by the node that stored the last change, and in the
 * threads of the documents, so that no write waits for one.
 *
 * @see PROTOCOL.md HY1
 */
export class History implements DocumentChanges {
  readonly #calls: StoreCalls
  readonly #periods = new Map<string, Period>()
  readonly #notKept: RareWarning
  readonly #failed: RareWarning
  #isOn: boolean

  constructor(private readonly context: HistoryContext) {
    const { options, clock, log } = context
    const { historyEveryMs } = options
    this.#isOn = historyEveryMs > 0
    this.#calls = new StoreCalls({
      name: 'history',
      call: (roomName) => this.#keep(roomName),
      passed: (roomName) => void this.#periods.delete(roomName),
      limits: { storeDebounceMs: this.#quietMs, storeMaxWaitMs: historyEveryMs },
      clock,
      log,
    })
    this.#notKept = new RareWarning(log, 'a version of a document was not kept')
    this.#failed = new RareWarning(log, 'it was not noted who has written a document')
  }

  changed(roomName: string, told?: Promise<unknown>): void {
    if (this.#isOn) this.#calls.changed(roomName, told)
  }

  ordered(roomName: string, isOwn: boolean): void {
    if (this.#isOn) this.#calls.ordered(roomName, isOwn)
  }

  hurry(): void {
    this.#calls.hurry()
  }

  finish(): Promise<void> {
    return this.#calls.finish()
  }

  /**
   * Somebody is about to write. If others wrote until now, that becomes a version first, unless there has
   * just been one.
   *
   * @see PROTOCOL.md HY1
   */
  writes(roomName: string, author: Author | undefined): void {
    const period = this.#periods.get(roomName)
    if (period === undefined || author === undefined) return
    if (period.authors.has(authorText(author))) return
    const restedMs = this.context.clock.now() - period.sinceMs
    if (restedMs < this.#quietMs) return
    this.#periods.delete(roomName)
    // It has to be on its way to the document's thread before the write is.
    const kept = this.context.versions.keep(roomName, this.#keeping)
    kept.catch((error: unknown) => this.#notKept.warn(error))
  }

  /** Somebody has written. Notes it once in a minute, and lets nobody wait for that. @see PROTOCOL.md HY3 */
  wrote(roomName: string, author: Author | undefined): void {
    if (!this.#isOn || author === undefined || !isKeptOf(roomName)) return
    const text = authorText(author)
    const period = this.#periodOf(roomName)
    const nowMs = this.context.clock.now()
    // Another node may have made a version meanwhile, which has the author.
    if (nowMs - (period.authors.get(text) ?? -Infinity) < this.#quietMs) return
    period.authors.set(text, nowMs)
    this.context.versions.wrote(roomName, author).then(
      (answer) => void (this.#isOn &&= answer !== null),
      (error: unknown) => {
        // The next write notes it again.
        period.authors.delete(text)
        this.#failed.warn(error)
      },
    )
  }

  /** @throws {Problem} store-failed */
  async list(roomName: string, page: VersionPage): Promise<Versions> {
    const isOn = this.context.options.historyEveryMs > 0 && isKeptOf(roomName)
    const answer = isOn ? await this.context.versions.list(roomName, page) : null
    return answer === null ? { versions: [], isKept: false } : { versions: answer.of }
  }

  /** @throws {Problem} no-version, store-failed */
  async read(roomName: string, id: number): Promise<Uint8Array> {
    return this.#of(await this.#asking(roomName).read(roomName, id)) ?? noVersion()
  }

  /**
   * Gives the present state of a document a name, as a version that stays.
   *
   * @throws {Problem} no-version if there is no document; storage-full, store-failed
   */
  async name(asked: AskedRoom, name: string): Promise<Version> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      this.#periods.delete(asked.roomName)
      const made = this.#of(await this.#make(asked, name))
      if (made !== undefined) return made
    }
    return noVersion()
  }

  /** @throws {Problem} no-version, store-failed */
  async rename(roomName: string, id: number, name: string | undefined): Promise<void> {
    if (!this.#of(await this.#asking(roomName).rename(roomName, id, name))) noVersion()
  }

  /** @returns whether there was one @throws {Problem} no-version without a history; store-failed */
  async remove(roomName: string, id: number): Promise<boolean> {
    return this.#of(await this.#asking(roomName).remove(roomName, id))
  }

  get #quietMs(): number {
    return Math.min(QUIET_MS, this.context.options.historyEveryMs)
  }

  async #keep(roomName: string): Promise<void> {
    this.#periods.delete(roomName)
    try {
      const answer = await this.#make(askedByApplication(roomName), undefined)
      if (answer === null) this.#isOn = false
    } catch (error) {
      if (!(error instanceof Problem) || error.problem !== 'storage-full') throw error
      // It won't fit later either, and the document is not to wait for its history.
      this.#notKept.warn(error.detail)
    }
  }

  async #make(
    asked: AskedRoom,
    name: string | undefined,
  ): Promise<VersionAnswer<Version | undefined>> {
    const { quotas } = this.context
    const versions = this.#asking(asked.roomName)
    const space = await quotas.takeVersion(asked)
    try {
      const said = name === undefined ? {} : { name }
      return await versions.keep(asked.roomName, { ...this.#keeping, ...said })
    } finally {
      // What it takes is known when the store is asked again.
      space.stored()
    }
  }

  get #keeping(): Keeping {
    const { historyAllHours, historyHourlyDays, historyBytes } = this.context.options
    return { limits: { historyAllHours, historyHourlyDays, historyBytes } }
  }

  #periodOf(roomName: string): Period {
    const known = this.#periods.get(roomName)
    if (known !== undefined) return known
    const period = { sinceMs: this.context.clock.now(), authors: new Map<string, number>() }
    this.#periods.set(roomName, period)
    if (this.#periods.size > MOST_ROOMS) {
      this.#periods.delete(this.#periods.keys().next().value!)
    }
    return period
  }

  /** @throws {Problem} no-version */
  #asking(roomName: string): RoomVersions {
    const isOn = this.context.options.historyEveryMs > 0 && isKeptOf(roomName)
    return isOn ? this.context.versions : noHistory()
  }

  /** @throws {Problem} no-version */
  #of<T>(answer: VersionAnswer<T>): T {
    return answer === null ? noHistory() : answer.of
  }
}

/** Versions of comments would show those that were deleted. @see PROTOCOL.md CM8 */
function isKeptOf(roomName: string): boolean {
  return documentOfComments(roomName) === undefined
}

function noVersion(): never {
  throw new Problem('no-version', 'There is no such version. It may have been removed meanwhile.')
}

function noHistory(): never {
  throw new Problem('no-version', 'The server keeps no versions of this document.')
}
