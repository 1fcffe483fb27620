import type { Json } from './json.js'

/** The human behind a member, as others see them. */
export interface User {
  readonly id: string
  readonly name: string
  /** `#` and six hexadecimal digits. */
  readonly color: string
}

/** @see PROTOCOL.md MB2, MB3 */
export type Status = 'online' | 'away'

/** One tab in one room, as others see it. */
export interface Member {
  /** Public and stable; says nothing of the member key. @see PROTOCOL.md ID3, ID14 */
  readonly id: string
  readonly user: User
  /** `null` is nowhere. */
  readonly location: Json
  readonly status: Status
}

/** The version of the protocol that all of this speaks. @see PROTOCOL.md VE1 */
export const PROTOCOL_VERSION = 1

/** The first event of a stream in the patch view. @see PROTOCOL.md ST3, ST16 */
export interface Hello {
  /** The version of this protocol. */
  readonly protocol: typeof PROTOCOL_VERSION
  /** The reader's own member id; `null` for one who only watches. */
  readonly self: string | null
  readonly room: string
  readonly heartbeatMs: number
  readonly leaseMs: number
  /** How long the JSON text of a location may be. @see PROTOCOL.md NM6 */
  readonly maxLocationBytes: number
}

/** The whole of a room. @see PROTOCOL.md ST4 */
export interface Snapshot {
  readonly members: readonly Member[]
  /** How many connections watch without having joined. */
  readonly watching: number
  /** For one who sees a part of the document only: how many are in each of the others. ST23 */
  readonly elsewhere?: Elsewhere
}

/**
 * How many members are in which part of the document; `""` is none, or too many parts to name.
 *
 * @see PROTOCOL.md ST15
 */
export type Elsewhere = { readonly [part: string]: number }

/**
 * What changed in a room since a version; a field is there only when something is in it.
 *
 * @example {"move":{"kX3v…":{"sheet":"s1","cell":"C6"}},"leave":["77bq…"]}
 * @see PROTOCOL.md ST5, RM5, RM6
 */
export interface Patch {
  readonly join?: readonly Member[]
  readonly move?: { readonly [id: string]: Json }
  readonly status?: { readonly [id: string]: Status }
  readonly leave?: readonly string[]
  readonly watching?: number
  readonly elsewhere?: Elsewhere
}

/**
 * What the reader has is too old: what follows replaces it, and `document` says that the document is
 * to be fetched.
 *
 * @see PROTOCOL.md ST21, DO4
 */
export interface Resync {
  readonly document?: true
}

/** The server is going away. @see PROTOCOL.md ST10 */
export interface Goodbye {
  readonly reconnectInMs: number
}

/** The answer to a posted location. @see PROTOCOL.md HT3 */
export interface Moved {
  readonly self: string
  /** The room's position after the commit. */
  readonly id: string
}

/** The answer to a posted update of the document. @see PROTOCOL.md DO2, DO21 */
export interface Updated {
  /** The room's position after the commit. */
  readonly id: string
  /** Something of it is stored, and waits for what comes before it. */
  readonly pending?: true
}

/** What a read of what changed says of the document. @see PROTOCOL.md DO6 */
export interface DocumentNews {
  /** The updates since then, as one, in base64. */
  readonly document?: string
  readonly resync?: Resync
}

/** The answer to a read of the room. @see PROTOCOL.md HT4 */
export interface RoomAnswer extends Snapshot, DocumentNews {
  readonly id: string
}

/** The answer to a read of what changed since a position. @see PROTOCOL.md HT5 */
export interface RoomPatch extends DocumentNews {
  readonly id: string
  readonly patch: Patch
}

/** Which shape the events of a stream have. @see PROTOCOL.md HT1, ST8 */
export type View = 'patch' | 'list'
