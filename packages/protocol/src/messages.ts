import type { Json } from './json.js'

/** The human behind a member, as others see them. A type, so that it is assignable to `Json`. */
export type User<Meta extends Json = Json> = {
  readonly id: string
  readonly name: string
  /** `#` and six hexadecimal digits. */
  readonly color: string
  /** An https address of a picture. @see PROTOCOL.md AC4 */
  readonly avatar?: string
  /** What else the application says of this human, in its own shape. @see PROTOCOL.md AC5 */
  readonly meta?: Meta
}

/**
 * What a caller may do in a room: see who is where and read the document; be seen; post a location;
 * change the document; comment; share, delete and restore.
 *
 * @see PROTOCOL.md AC6
 */
export type Action = 'watch' | 'join' | 'move' | 'write' | 'comment' | 'manage'

/** Whether a member is connected, or was lost and may come back. @see PROTOCOL.md MB2, MB3 */
export type Status = 'online' | 'away'

/** One tab in one room, as others see it. A type, so that it is assignable to `Json`. */
export type Member<Location extends Json = Json, Meta extends Json = Json> = {
  /** Public and stable; doesn't reveal the member key. @see PROTOCOL.md ID3, ID14 */
  readonly id: string
  readonly user: User<Meta>
  /** Where the member is, in the application's own shape; `null` if nowhere. */
  readonly location: Location | null
  readonly status: Status
}

/** Every action, in the order of `can`. */
export const ACTIONS: readonly Action[] = ['watch', 'join', 'move', 'write', 'comment', 'manage']

/** The version of the protocol that these messages belong to. @see PROTOCOL.md VE1 */
export const PROTOCOL_VERSION = 1

/** The first event of a stream in the patch view. @see PROTOCOL.md ST3, ST16 */
export interface Hello {
  readonly protocol: typeof PROTOCOL_VERSION
  /** The reader's own member id; `null` for a viewer. */
  readonly self: string | null
  /** On a stream of several rooms, the ids of the members that joined with it. @see PROTOCOL.md MS6 */
  readonly selves?: readonly string[]
  readonly room: string
  readonly heartbeatMs: number
  readonly leaseMs: number
  /** How often a client that others see confirms that it is there; 0 if it needn't. @see PROTOCOL.md CO9 */
  readonly confirmMs: number
  /** How long the JSON text of a location may be. @see PROTOCOL.md NM6 */
  readonly maxLocationBytes: number
  /** What the reader may do. @see PROTOCOL.md AC14 */
  readonly can: readonly Action[]
}

/** The following events belong to the subscription with this key. @see PROTOCOL.md MS2 */
export interface On {
  readonly key: string
}

/** What the reader may do from now on. @see PROTOCOL.md AC16 */
export interface Can {
  readonly can: readonly Action[]
}

/**
 * A whole room.
 *
 * @example {"members":[{"id":"kX3v…","user":{…},"location":null,"status":"online"}],"watching":0}
 * @see PROTOCOL.md ST4
 */
export interface Snapshot {
  readonly members: readonly Member[]
  /** How many viewers are connected without having joined. */
  readonly watching: number
  /** For a reader of one part only: how many members are in each other part. @see PROTOCOL.md ST23 */
  readonly elsewhere?: Elsewhere
  /** The number of the last broadcast; left out if nothing was broadcast. @see PROTOCOL.md EV6 */
  readonly broadcast?: number
  /** Who holds which key; left out if nothing is locked. @see PROTOCOL.md LK9 */
  readonly locks?: RoomLocks
}

/** A locked key's holder. A type, so that it is assignable to `Json`. */
export type Lock = {
  readonly memberId: string
  /** Higher than that of any lock that was granted in the room before. @see PROTOCOL.md LK4 */
  readonly number: number
}

/**
 * The locks of a room, by key.
 *
 * @example {"s1:C6":{"memberId":"kX3v…","number":1764448876123456}}
 */
export type RoomLocks = { readonly [key: string]: Lock }

/**
 * How many members are in each part of the document; `""` counts those in no part, and those in parts
 * too many to name.
 *
 * @example {"s2":3,"":1}
 * @see PROTOCOL.md ST15
 */
export type Elsewhere = { readonly [part: string]: number }

/**
 * What changed in a room since a version. Fields without a change are left out.
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
  /** Broadcasts up to this number don't come any more. @see PROTOCOL.md EV6 */
  readonly broadcast?: number
  /** Locks that were granted; `null` for those that were released. @see PROTOCOL.md LK9 */
  readonly locks?: { readonly [key: string]: Lock | null }
}

/**
 * An event that a member or the application broadcasts in a room.
 *
 * @example {"number":12,"from":"kX3v…","event":{"saved":"C6"}}
 * @see PROTOCOL.md EV5
 */
export interface Broadcast {
  /** Grows by one within an epoch. */
  readonly number: number
  /** The member that broadcasts it; left out if the application does. */
  readonly from?: string
  readonly event: Json
}

/** An event of the application for some readers of a room. @see PROTOCOL.md EV10 */
export interface Whisper {
  readonly event: Json
}

/** The answer to a broadcast. @see PROTOCOL.md EV1 */
export interface Broadcasted {
  /** The room's position after the commit. */
  readonly id: string
}

/** The answer to a lock. @see PROTOCOL.md LK1 */
export interface Locked extends Pick<Lock, 'number'> {
  readonly key: string
  /** The room's position, at which the lock is held. */
  readonly id: string
}

/** The answer to the release of a lock. @see PROTOCOL.md LK7 */
export interface Unlocked {
  /** The room's position after the commit. */
  readonly id: string
}

/**
 * The reader's position is too old: the next event replaces what it has. With `document`, the reader has
 * to fetch the document as well.
 *
 * @see PROTOCOL.md ST21, DO4
 */
export interface Resync {
  readonly document?: true
}

/** The reader is to open its next stream. @see PROTOCOL.md ST10, AC2 */
export interface Goodbye {
  /** The time over which clients spread their reconnects. */
  readonly reconnectInMs: number
}

/** The answer to a posted location. @see PROTOCOL.md HT3 */
export interface Moved {
  readonly self: string
  /** The room's position after the commit. */
  readonly id: string
}

/** The answer to a confirmation. @see PROTOCOL.md HT27 */
export interface Confirmed {
  /** `null` if the caller isn't a member of the room. */
  readonly self: string | null
  readonly id: string
}

/** The way in which a reader is served. @see PROTOCOL.md HT45 */
export type Transport = 'stream' | 'post-stream' | 'shared-stream' | 'long-poll' | 'process'

/**
 * How long a member's last confirmation took, as the member measured it.
 *
 * @see PROTOCOL.md IN3
 */
export interface Latency {
  /** From its request to the answer, on the member's own clock. */
  readonly tookMs: number
  /** How long ago the server was told. */
  readonly agoMs: number
}

/** A member, and what its node knows of it. @see PROTOCOL.md IN2 */
export type InspectedMember = Member & {
  /** Within what time it last promised to confirm again. */
  readonly promisedMs?: number
  /** It also reads by long-poll. @see PROTOCOL.md CO11 */
  readonly polls?: true
  readonly latency?: Latency
}

/** A reader of a room. @see PROTOCOL.md IN4 */
export interface InspectedReader {
  /** The node that serves it; left out where there is one alone. */
  readonly node?: string
  readonly transport: Transport
  /** The ids of the members that joined with it; none of a viewer or a long-poll. */
  readonly members: readonly string[]
  readonly view: View
  /** Whether it is sent the document. */
  readonly document: boolean
  /** The part of the document that is all it shows. */
  readonly part?: string
  /** The position up to which events were written to its connection; left out before the first. */
  readonly id?: string
  /** How many versions its node's room is ahead of that. */
  readonly behind?: number
  /** Its connection takes no more at the moment. @see PROTOCOL.md FR4 */
  readonly isUndrained?: true
}

/** A room as whoever may `manage` it sees it. @see PROTOCOL.md IN1 */
export interface Inspection {
  readonly id: string
  readonly members: readonly InspectedMember[]
  readonly watching: number
  readonly readers: readonly InspectedReader[]
  /** How many readers there are besides. @see PROTOCOL.md IN7 */
  readonly unlisted?: number
  /** The nodes that answered. @see PROTOCOL.md IN6 */
  readonly nodes?: readonly string[]
  /** The nodes that didn't answer in time. */
  readonly silent?: readonly string[]
  /** The node can't reach the others, and answers for itself alone. */
  readonly isAlone?: true
}

/** The answer to a posted update of the document. @see PROTOCOL.md DO2, DO21 */
export interface Updated {
  /** The room's position after the commit. */
  readonly id: string
  /** Part of the update is stored but waits for an earlier one. */
  readonly pending?: true
}

/** Somebody who wrote in a document. @see PROTOCOL.md HY3 */
export interface Author {
  /** The id of the user; without it, nobody signs in there. */
  readonly id?: string
  readonly name?: string
}

/** A version of a document. @see PROTOCOL.md HY7 */
export interface Version {
  /** Higher than that of every earlier version. */
  readonly id: number
  /** When it was made, in ms since 1970. */
  readonly atMs: number
  /** What it takes in the store. */
  readonly bytes: number
  readonly name?: string
  /** Who wrote since the version before. */
  readonly authors: readonly Author[]
}

/** The versions of a document, the last one first. @see PROTOCOL.md HY7 */
export interface Versions {
  readonly versions: readonly Version[]
  /** The server keeps no versions. @see PROTOCOL.md HY6 */
  readonly isKept?: false
}

/** A document in one of the caller's lists. @see PROTOCOL.md HM1 */
export interface ListedDocument {
  readonly room: string
  /** As the document's editors said last. */
  readonly title?: string
  /** What it is, such as `sheet`; as its editors said last. */
  readonly kind?: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** The caller owns it. */
  readonly own?: true
  readonly starred?: true
  /** The id of the caller's folder that it is in. */
  readonly folder?: string
  /** When it was put into the trash. */
  readonly trashedAtMs?: number
  /** When it will be deleted, unless it is taken out of the trash or used before. */
  readonly deletedFromMs?: number
}

/** The name of one of a caller's lists of documents. @see PROTOCOL.md HM2 */
export type DocumentList = 'own' | 'shared' | 'starred' | 'trash' | 'folder'

/** A folder of the caller, for documents in its lists. @see PROTOCOL.md HM42 */
export interface ListFolder {
  readonly id: string
  readonly name: string
}

/** A page of one of the caller's lists, the last changed document first. @see PROTOCOL.md HM1, HM4 */
export interface ListedDocuments {
  readonly documents: readonly ListedDocument[]
  /** Where the list goes on; it is at its end without it. */
  readonly next?: string
  /** The caller's folders, by name; only in the first page. */
  readonly folders?: readonly ListFolder[]
  /** The server keeps no lists. */
  readonly isKept?: false
}

/** The document's part in the answer to a read. @see PROTOCOL.md DO6 */
export interface DocumentNews {
  /** The updates since the position, merged, in base64. */
  readonly document?: string
  readonly resync?: Resync
}

/** The answer to a read of the room. @see PROTOCOL.md HT4 */
export interface RoomAnswer extends Snapshot, DocumentNews, Partial<Can> {
  readonly id: string
}

/** The answer to a read of what changed since a position. @see PROTOCOL.md HT5 */
export interface RoomPatch extends DocumentNews, Partial<Can> {
  readonly id: string
  readonly patch: Patch
  /** What was broadcast since the position, oldest first. @see PROTOCOL.md EV7 */
  readonly broadcasts?: readonly Broadcast[]
}

/** The shape of a stream's events. @see PROTOCOL.md HT1, ST8 */
export type View = 'patch' | 'list'
