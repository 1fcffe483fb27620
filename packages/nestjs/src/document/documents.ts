import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common'
import { Problem } from '@whereabouts/protocol'
import { type ResolvedOptions, WHEREABOUTS_OPTIONS } from '../options.js'
import { DATA_FOLDER, type DataFolder } from './data-folder.js'
import { type DocumentCount, storeFailed } from './keeper.js'
import type { Answer, DocumentSettings, Opened, Request, Results } from './messages.js'
import type { UntoldRoom } from './store.js'

/** An update that was accepted. */
export interface AcceptedUpdate {
  /** Whether it brought the document anything new. */
  readonly changed: boolean
  /** Whether something of it waits for what comes before it. */
  readonly pending: boolean
  /** In a buffer of their own. */
  readonly bytes: Uint8Array
}

/** What there is and what was done, by the names of the metrics. */
export interface DocumentsCount {
  readonly documents_loaded: number
  readonly documents_loaded_bytes: number
  readonly document_updates: number
  readonly document_update_bytes: number
  readonly document_commits: number
  readonly document_compactions: number
  readonly document_compaction_seconds: number
  readonly store_failures: number
}

/** A request that the thread has not answered yet. */
interface Asked {
  readonly resolve: (result: Results[keyof Results]) => void
  readonly reject: (error: Error) => void
}

/** How much may wait for the store before callers are told to come back later. */
const MAX_WAITING_BYTES = 67_108_864
const NOTHING: DocumentCount = {
  loaded: 0,
  loadedBytes: 0,
  commits: 0,
  compactions: 0,
  compactionSeconds: 0,
}
const WORKER = new URL('./worker.js', import.meta.url)

/**
 * The documents of the rooms, as the server's own thread sees them: everything that takes time is
 * done in a thread of its own, so that streams and posts of locations never wait for it. If that
 * thread dies, the next call starts another.
 *
 * @see PROTOCOL.md §11
 */
@Injectable()
export class Documents implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('whereabouts')
  readonly #asked = new Map<number, Asked>()
  #worker: Promise<Worker> | undefined
  #number = 0
  #waitingBytes = 0
  #failing = false
  #updates = 0
  #updatesBytes = 0
  #failures = 0

  constructor(
    @Inject(WHEREABOUTS_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(DATA_FOLDER) private readonly folder: DataFolder,
  ) {}

  /** @throws {Error} if the store can't be used, or is of a newer version. PROTOCOL.md DO11 */
  async onModuleInit(): Promise<void> {
    const { databaseUrl, dataDir } = this.options
    if (databaseUrl !== undefined || dataDir !== undefined) {
      await this.#started().catch((error: unknown) => {
        this.folder.release()
        throw error
      })
      return
    }
    this.#logger.log(
      'documents are kept in memory and end with this process: neither dataDir nor databaseUrl is set',
    )
  }

  /**
   * Takes an update into the document of a room. Resolves when the store has it.
   *
   * @param bytes stay the caller's: a copy of them travels, as Node reads small bodies into a buffer
   *   that they share with others, and applications may want to post theirs again
   * @throws {Problem} bad-update, document-full, store-failed
   */
  async update(room: string, bytes: Uint8Array): Promise<AcceptedUpdate> {
    const { byteLength } = bytes
    if (this.#waitingBytes + byteLength > MAX_WAITING_BYTES) {
      throw this.#note(storeFailed('more waits for it than it gets done'))
    }
    this.#waitingBytes += byteLength
    try {
      const own = new Uint8Array(bytes)
      const accepted = await this.#ask({ call: 'update', room, bytes: own }, [own.buffer])
      this.#updates += 1
      this.#updatesBytes += byteLength
      if (this.#failing) this.#logger.log('the store of documents works again')
      this.#failing = false
      return accepted
    } finally {
      this.#waitingBytes -= byteLength
    }
  }

  /**
   * What somebody lacks of a room's document; everything without a state vector.
   *
   * @param isFresh whether it is to be as the store has it now, whatever is loaded
   * @throws {Problem} bad-parameter, store-failed
   */
  read(room: string, stateVector: Uint8Array | undefined, isFresh: boolean): Promise<Uint8Array> {
    return this.#ask({ call: 'read', room, stateVector, isFresh })
  }

  /**
   * What a room's document has, and what somebody lacks of it, as the answer to a sync.
   *
   * @param stateVector empty for one who has nothing
   * @param isFresh whether it is to be as the store has it now, whatever is loaded
   * @throws {Problem} bad-parameter, store-failed
   */
  sync(room: string, stateVector: Uint8Array, isFresh: boolean): Promise<Uint8Array> {
    return this.#ask({ call: 'sync', room, stateVector, isFresh })
  }

  /** Nobody is in a room any more: its document needn't stay loaded. */
  release(room: string): void {
    if (this.#worker !== undefined) void this.#ask({ call: 'release', room }).catch(() => {})
  }

  /**
   * Another process that has the same store took an update into the document of a room.
   *
   * @param update base64; without it, the document is to be loaded anew
   */
  learn(room: string, update: string | undefined): void {
    if (this.#worker === undefined) return
    const bytes = update === undefined ? undefined : new Uint8Array(Buffer.from(update, 'base64'))
    const transferred = bytes === undefined ? [] : [bytes.buffer]
    void this.#ask({ call: 'learn', room, bytes }, transferred).catch(() => {})
  }

  /**
   * Notes in the store that a room's document took something in that other processes weren't told of.
   *
   * @throws {Problem} store-failed
   */
  async note(room: string): Promise<void> {
    await this.#ask({ call: 'note', room })
  }

  /**
   * Some of the rooms that any process noted so.
   *
   * @throws {Problem} store-failed
   */
  untold(): Promise<readonly UntoldRoom[]> {
    return this.#ask({ call: 'untold' })
  }

  /**
   * Everybody was told of what is in the document of such a room.
   *
   * @throws {Problem} store-failed
   */
  async told(told: UntoldRoom): Promise<void> {
    await this.#ask({ call: 'told', told })
  }

  /** @throws {Problem} store-failed if the store can't be written to */
  async check(): Promise<void> {
    if (this.#worker !== undefined) await this.#ask({ call: 'check' })
  }

  /** What there is and what was done, for metrics. */
  async count(): Promise<DocumentsCount> {
    const { loaded, loadedBytes, commits, compactions, compactionSeconds } =
      this.#worker === undefined ? NOTHING : await this.#ask({ call: 'count' })
    return {
      documents_loaded: loaded,
      documents_loaded_bytes: loadedBytes,
      document_updates: this.#updates,
      document_update_bytes: this.#updatesBytes,
      document_commits: commits,
      document_compactions: compactions,
      document_compaction_seconds: compactionSeconds,
      store_failures: this.#failures,
    }
  }

  /** After the last answer has gone out: until then, posts may wait for the store. */
  async onApplicationShutdown(): Promise<void> {
    try {
      if (this.#worker === undefined) return
      await this.#ask({ call: 'close' })
      const worker = await this.#worker
      await worker.terminate()
    } finally {
      this.folder.release()
    }
  }

  async #ask<const R extends Request>(
    request: R,
    transferred: readonly ArrayBuffer[] = [],
  ): Promise<Results[R['call']]> {
    const worker = await this.#started()
    const number = ++this.#number
    const result = new Promise<Results[keyof Results]>((resolve, reject) => {
      this.#asked.set(number, { resolve, reject })
    })
    worker.postMessage({ ...request, number }, transferred)
    return (await result) as Results[R['call']]
  }

  #started(): Promise<Worker> {
    this.#worker ??= this.#start().catch((error: unknown) => {
      this.#worker = undefined
      throw error
    })
    return this.#worker
  }

  async #start(): Promise<Worker> {
    const { databaseUrl, dataDir, maxDocumentBytes, maxLoadedDocumentBytes } = this.options
    const settings: DocumentSettings = {
      databaseUrl,
      dataDir,
      maxDocumentBytes,
      maxLoadedDocumentBytes,
    }
    const worker = new Worker(WORKER, { workerData: settings })
    await opened(worker)
    worker.on('message', (answer: Answer) => this.#receive(answer))
    worker.on('error', (error) => this.#logger.error(error))
    worker.on('exit', () => this.#lose())
    // An application context that nobody closes still comes to its end.
    worker.unref()
    return worker
  }

  #receive(answer: Answer): void {
    const asked = this.#asked.get(answer.number)
    this.#asked.delete(answer.number)
    if ('result' in answer) {
      asked?.resolve(answer.result)
      return
    }
    const { problem, detail, extensions, cause } = answer
    const error = new Problem(problem, detail, extensions)
    if (cause !== undefined) error.cause = cause
    if (problem === 'internal') this.#logger.error(cause)
    asked?.reject(problem === 'store-failed' ? this.#note(error) : error)
  }

  /** The thread is gone, and with it whatever it was asked. */
  #lose(): void {
    this.#worker = undefined
    const asked = [...this.#asked.values()]
    this.#asked.clear()
    for (const { reject } of asked) reject(this.#note(storeFailed('its thread ended')))
  }

  /** One line when the store begins to fail, and one when it works again, however many calls see it. */
  #note(failure: Problem): Problem {
    this.#failures += 1
    // Without a cause it is one document that is loaded anew, and the store is well.
    if (typeof failure.cause !== 'string' || this.#failing) return failure
    this.#failing = true
    this.#logger.error(`the store of documents fails: ${failure.cause}`)
    return failure
  }
}

/** @throws {Error} if the store can't be opened */
async function opened(worker: Worker): Promise<void> {
  const [message] = (await once(worker, 'message')) as [Opened]
  if (message.opened) return
  await worker.terminate()
  throw new Error(message.fault)
}
