import { documentOfComments, Problem } from '@whereabouts/protocol'
import { z } from 'zod'
import { isUserId } from './access/known-user.js'
import { RareWarning } from './access/rare-warning.js'
import type { AskedRoom } from './document/asked-room.js'
import type { RoomCatalog } from './document/store.js'
import type { Log } from './log.js'
import { inTime } from './in-time.js'
import { isNothing } from './room/nothing.js'
import { storeFailed } from './store-failed.js'
import type { Clock } from './stream/clock.js'

/** The first content of a document. */
export interface FirstContent {
  /**
   * An update of Yjs 13, such as of `encodeStateAsUpdate(doc)`. The source is trusted. An empty one with an
   * `owner` only says whose the document is.
   */
  readonly update: Uint8Array
  /** The id of the user who owns the document; nobody without it. */
  readonly owner?: string | undefined
}

/**
 * Returns the first content of a room's document, or nothing for an empty one. Has 10 s. Callers wait for it,
 * so it can't ask `rooms` about the same document.
 *
 * @see PROTOCOL.md RS6
 */
export type OnLoadDocument = (
  roomName: string,
) => FirstContent | null | undefined | Promise<FirstContent | null | undefined>

/** What first contents are stored with. */
export interface FirstContentsContext {
  readonly onLoad: OnLoadDocument
  readonly catalog: Pick<RoomCatalog, 'standing' | 'outdate'>
  /** Stores content in a room without a document. @throws {Problem} document-exists, storage-full */
  readonly create: (roomName: string, content: FirstContent) => Promise<void>
  readonly log: Log
  readonly clock: Pick<Clock, 'now' | 'after'>
}

/** What is known of a room. */
interface Settled {
  readonly atMs: number
  /** Whether its document had content. */
  readonly hasContent: boolean
}

/** The application is asked about a room. */
interface Asked {
  /** The account that began it. */
  readonly account: string
  /** Settles when the answer is stored. */
  readonly stored: Promise<void>
}

/** What a reader saw of a document. */
export interface Seen {
  /** When it was looked at, by {@link FirstContents.now}. */
  readonly atMs: number
  /** Whether it was surely empty then. */
  readonly isEmpty: boolean
}

/** How long a caller waits for the application. */
const LOAD_MS = 10_000
/** How long a room has its place among those that are asked about. */
const LATE_MS = 60_000
/** How long nothing is looked up again for a room. */
const SETTLED_MS = 10_000
/** How many rooms are asked about at once, also for one account, and remembered. */
const MOST_ASKED = 1_000
const MOST_OF_ACCOUNT = 100
const MOST_SETTLED = 10_000

const CONTENT = z
  .object({
    update: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    owner: z.string().refine(isUserId).optional(),
  })
  .nullish()

/**
 * Asks the application for the first contents of documents.
 *
 * @see PROTOCOL.md RS6 to RS9, RS19
 */
export class FirstContents {
  readonly #asked = new Map<string, Asked>()
  readonly #settled = new Map<string, Settled>()
  readonly #failed: RareWarning

  constructor(private readonly context: FirstContentsContext) {
    this.#failed = new RareWarning(context.log, 'onLoadDocument failed')
  }

  /** A time for {@link fill}. */
  now(): number {
    return this.context.clock.now()
  }

  /**
   * Resolves when a room has its first content, if there is some.
   *
   * @param seen what the caller saw of its document, if it looked
   * @returns whether there may be content now
   * @throws {Problem} store-failed, storage-full
   */
  async fill(asked: AskedRoom, seen?: Seen): Promise<boolean> {
    const { roomName } = asked
    // Comments begin empty.
    if (documentOfComments(roomName) !== undefined) return false
    if (this.#isSettled(roomName, seen)) return false
    if (!this.#asked.has(roomName) && (await this.#isThere(asked, seen))) return true
    const { stored } = this.#asked.get(roomName) ?? this.#ask(asked)
    // The application's answer still counts if it comes later.
    await inTime(stored, LOAD_MS, this.context.clock).catch((error: unknown) => {
      throw error instanceof Problem ? error : this.#refuse(error)
    })
    return true
  }

  /** A room's document was deleted. */
  forget(roomName: string): void {
    this.#settled.delete(roomName)
  }

  /** A document that had content and is empty was deleted meanwhile. */
  #isSettled(roomName: string, seen: Seen = { atMs: this.now(), isEmpty: false }): boolean {
    const settled = this.#settled.get(roomName)
    if (settled === undefined || (settled.hasContent && seen.isEmpty)) return false
    return settled.atMs <= seen.atMs && this.now() < settled.atMs + SETTLED_MS
  }

  /** Returns whether the application needn't be asked: there is a document, or it has answered meanwhile. */
  async #isThere(asked: AskedRoom, seen: Seen | undefined): Promise<boolean> {
    const { catalog } = this.context
    const { roomName } = asked
    // An answer from before its document was looked at doesn't count.
    if (seen !== undefined) catalog.outdate(roomName)
    const sinceMs = this.now()
    const { info } = await catalog.standing(asked)
    const settled = this.#settled.get(roomName)
    if (settled !== undefined && settled.atMs >= sinceMs) return true
    if (info !== undefined) this.#settle(roomName, info.bytes > 0)
    return info !== undefined
  }

  /** @throws {Problem} store-failed. RS8 */
  #ask({ roomName, account }: AskedRoom): Asked {
    if (this.#asked.size >= MOST_ASKED || this.#isOverShare(account))
      throw this.#refuse('too many rooms are asked about')
    const drop = () => {
      if (this.#asked.get(roomName) === asked) this.#asked.delete(roomName)
    }
    const cancel = this.context.clock.after(LATE_MS, drop)
    const stored = this.#load(roomName).finally(() => {
      cancel()
      drop()
    })
    const asked = { account, stored }
    this.#asked.set(roomName, asked)
    return asked
  }

  /** The application itself has no share. */
  #isOverShare(account: string): boolean {
    if (account === '') return false
    const own = [...this.#asked.values()].filter((asked) => asked.account === account)
    return own.length >= MOST_OF_ACCOUNT
  }

  async #load(roomName: string): Promise<void> {
    this.#settle(roomName, await this.#create(roomName))
  }

  #settle(roomName: string, hasContent: boolean): void {
    this.#settled.delete(roomName)
    this.#settled.set(roomName, { atMs: this.now(), hasContent })
    if (this.#settled.size > MOST_SETTLED) {
      this.#settled.delete(this.#settled.keys().next().value!)
    }
  }

  /** Returns whether there may be content then. */
  async #create(roomName: string): Promise<boolean> {
    try {
      const content = CONTENT.parse(await this.context.onLoad(roomName))
      if (!content) return false
      await this.context.create(roomName, content)
      return !isNothing(content.update)
    } catch (error) {
      const problem = error instanceof Problem ? error.problem : undefined
      // Somebody else was first, here or on another node.
      if (problem === 'document-exists') return true
      if (problem === 'storage-full' || problem === 'store-failed') throw error
      throw this.#refuse(error)
    }
  }

  #refuse(reason: unknown): Problem {
    this.#failed.warn(reason)
    return storeFailed()
  }
}
