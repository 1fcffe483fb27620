import {
  type Author,
  type OwnBytes,
  Problem,
  type ProblemExtensions,
  type ProblemName,
  type Version,
} from '@whereabouts/protocol'
import type { Applied, DocumentCount, DocumentLimits } from './keeper.js'
import type { AskedRoom } from './asked-room.js'
import type { Finding } from './inquiry.js'
import type { DocumentLists } from './lists.js'
import type { Keeping, VersionAnswer } from './versions.js'
import type { VersionPage } from './version-store.js'
import type {
  Catalog,
  LogPage,
  RemovedOnly,
  RoomRecord,
  Standing,
  StoreModule,
  UntoldRoom,
} from './store.js'

/** The settings of a document thread. */
export interface DocumentSettings extends DocumentLimits {
  readonly store: StoreModule
  /** Whether several nodes use the store. */
  readonly isShared: boolean
  /** The shared memory in which the thread states its current work. */
  readonly occupation: SharedArrayBuffer
}

/** The methods of the thread's store that are called directly. */
export type CatalogCall = 'list' | 'totals' | 'putRecord'

/** A request that goes directly to the thread's store. */
export type CatalogRequest<Name extends CatalogCall = CatalogCall> = {
  readonly [Each in Name]: { readonly call: Each; readonly args: Parameters<Catalog[Each]> }
}[Name]

type CatalogResults = {
  readonly [Name in CatalogCall]: Awaited<ReturnType<Catalog[Name]>>
}

/** A method of the store's lists. */
export type ListsCall = keyof DocumentLists

/** A request that goes directly to the lists of the thread's store. */
export type ListsRequest<Name extends ListsCall = ListsCall> = {
  readonly [Each in Name]: { readonly call: Each; readonly args: Parameters<DocumentLists[Each]> }
}[Name]

/** What the store's lists answer; `null` if it keeps none. */
type ListsResults = {
  readonly [Name in ListsCall]: { readonly of: Awaited<ReturnType<DocumentLists[Name]>> } | null
}

/** What a read of a document has with any state vector. */
export interface Reading extends AskedRoom {
  /** The incarnation of the document that is read; if omitted, the current one. */
  readonly incarnation?: string | undefined
  /** Whether to read the store's current content, even if the document is loaded. */
  readonly isFresh: boolean
}

/** A request to the thread. */
export type Request =
  | {
      readonly call: 'update'
      readonly roomName: string
      readonly bytes: Uint8Array
      /** The incarnation of its document; if omitted, the current one. */
      readonly incarnation?: string | undefined
      /** How many new clients were granted to it; if omitted, any number. */
      readonly grantedClients?: number | undefined
      /** The record to store with it, if it is the document's first. */
      readonly claim?: RoomRecord | undefined
    }
  | ({ readonly call: 'read'; readonly stateVector: Uint8Array | undefined } & Reading)
  | ({ readonly call: 'sync'; readonly stateVector: Uint8Array } & Reading)
  | { readonly call: 'release'; readonly roomName: string }
  | {
      readonly call: 'learn'
      readonly roomName: string
      readonly bytes: Uint8Array | undefined
      /** The update's number in the store, if that is known. */
      readonly place?: number | undefined
    }
  | {
      readonly call: 'import'
      readonly roomName: string
      readonly bytes: Uint8Array
      readonly claim?: RoomRecord | undefined
    }
  | { readonly call: 'remove'; readonly roomName: string; readonly only: RemovedOnly }
  | CatalogRequest
  | ListsRequest
  | { readonly call: 'standings'; readonly rooms: readonly string[] }
  | { readonly call: 'linked'; readonly links: readonly string[] }
  | { readonly call: 'compact'; readonly roomName: string }
  | { readonly call: 'uncompacted'; readonly page: LogPage }
  | { readonly call: 'keepVersion'; readonly roomName: string; readonly keeping: Keeping }
  | { readonly call: 'versions'; readonly roomName: string; readonly page: VersionPage }
  | { readonly call: 'version'; readonly roomName: string; readonly id: number }
  | {
      readonly call: 'renameVersion'
      readonly roomName: string
      readonly id: number
      readonly name: string | undefined
    }
  | { readonly call: 'removeVersion'; readonly roomName: string; readonly id: number }
  | { readonly call: 'wrote'; readonly roomName: string; readonly author: Author }
  | { readonly call: 'note'; readonly roomName: string }
  | { readonly call: 'untold' }
  | { readonly call: 'told'; readonly told: UntoldRoom }
  | { readonly call: 'count' }
  | { readonly call: 'check'; readonly written?: number }
  | { readonly call: 'close' }

/** The results of requests. */
export interface Results extends CatalogResults, ListsResults {
  readonly update: Applied
  readonly read: OwnBytes
  readonly sync: OwnBytes
  readonly release: undefined
  readonly learn: undefined
  readonly import: undefined
  readonly remove: boolean
  readonly standings: readonly Finding<Standing>[]
  readonly linked: readonly Finding<string | undefined>[]
  readonly compact: undefined
  readonly uncompacted: readonly string[]
  readonly keepVersion: VersionAnswer<Version | undefined>
  readonly versions: VersionAnswer<readonly Version[]>
  readonly version: VersionAnswer<OwnBytes | undefined>
  readonly renameVersion: VersionAnswer<boolean>
  readonly removeVersion: VersionAnswer<boolean>
  readonly wrote: VersionAnswer<boolean>
  readonly note: undefined
  readonly untold: readonly UntoldRoom[]
  readonly told: undefined
  readonly count: DocumentCount
  readonly check: undefined
  readonly close: undefined
}

/** A request on its way to the thread. */
export type Numbered = Request & { readonly number: number }

/** Tells the thread to end. */
export type End = 'end'

/** An answer on its way back. */
export type Answer =
  | { readonly number: number; readonly result: Results[keyof Results] }
  | {
      readonly number: number
      readonly problem: ProblemName
      readonly detail: string
      readonly extensions: ProblemExtensions
      /** The internal cause, for the log. */
      readonly cause: string | undefined
    }

/** The thread's first message: the store is open, or the reason why it can't be opened. */
export type Opened =
  | { readonly opened: true; readonly keepsLists: boolean }
  | { readonly opened: false; readonly fault: string }

/** Turns a refusal that a thread sent back into a problem. */
export function problemOf(answer: Extract<Answer, { readonly problem: ProblemName }>): Problem {
  const { problem, detail, extensions, cause } = answer
  const error = new Problem(problem, detail, extensions)
  if (cause !== undefined) error.cause = cause
  return error
}
