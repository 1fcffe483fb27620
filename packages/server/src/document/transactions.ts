import { readSyncAnswer } from '@whereabouts/protocol'
import * as ownYjs from 'yjs'
import { type AskedRoom, askedByApplication } from './asked-room.js'

/** The module `yjs`. */
export type Yjs = typeof ownYjs

/**
 * Changes a copy of a document. Synchronous, because a transaction of Yjs is.
 *
 * @param doc the copy; it is of no use afterwards
 * @param yjs the module that made it, for `new yjs.Map()` and the like
 */
export type DocumentChange<T> = (doc: ownYjs.Doc, yjs: Yjs) => T

/** Which copy of Yjs a transaction uses. */
export interface TransactOptions {
  /**
   * The application's own Yjs, if it isn't the server's. An ES module that imports `yjs` has the server's;
   * what a CommonJS module requires is another copy, and types of one copy aren't known to the other.
   */
  readonly yjs?: Yjs
}

/** The documents of the rooms, as callers have them. */
interface SharedDocuments {
  sync(asked: AskedRoom, stateVector: Uint8Array): Promise<Uint8Array>
  update(
    roomName: string,
    update: Uint8Array,
    terms: { readonly incarnation: string },
  ): Promise<unknown>
}

const NOTHING_KNOWN = new Uint8Array()

/**
 * Changes of documents by the application's code.
 *
 * @see PROTOCOL.md RS1 to RS5
 */
export class Transactions {
  /** The last transaction of each room that has one. */
  readonly #last = new Map<string, Promise<unknown>>()
  /**
   * Each new one would stay in the document for ever. One whose update may be stored without this process
   * knowing it isn't used again: two contents of one clock would be in the world.
   */
  #clientId: number | undefined

  constructor(private readonly documents: SharedDocuments) {}

  /** Runs a transaction after those of the same room. */
  async run<T>(roomName: string, change: DocumentChange<T>, yjs: Yjs = ownYjs): Promise<T> {
    const before = this.#last.get(roomName) ?? Promise.resolve()
    const done = before.then(() => this.#run(roomName, change, yjs))
    const settled = done.catch(() => {})
    this.#last.set(roomName, settled)
    void settled.then(() => {
      if (this.#last.get(roomName) === settled) this.#last.delete(roomName)
    })
    return done
  }

  async #run<T>(roomName: string, change: DocumentChange<T>, yjs: Yjs): Promise<T> {
    const { update, incarnation } = readSyncAnswer(
      await this.documents.sync(askedByApplication(roomName), NOTHING_KNOWN),
    )!
    const doc = new yjs.Doc()
    yjs.applyUpdate(doc, update)
    // Not before: Yjs gives a document another id if what it reads has its own.
    doc.clientID = this.#clientId ??= doc.clientID
    const changes: Uint8Array[] = []
    doc.on('update', (bytes: Uint8Array) => void changes.push(bytes))
    const result = yjs.transact(doc, () => change(doc, yjs))
    if (isPromise(result)) throw new TypeError(NO_PROMISE)
    if (changes.length > 0) await this.#post(roomName, yjs.mergeUpdates(changes), incarnation)
    return result
  }

  async #post(roomName: string, update: Uint8Array, incarnation: string): Promise<void> {
    try {
      await this.documents.update(roomName, update, { incarnation })
    } catch (error) {
      this.#clientId = undefined
      throw error
    }
  }
}

const NO_PROMISE =
  'The function for rooms.transact() returned a promise, so nothing was changed. Fetch what it needs before, and change the document without awaiting.'

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
