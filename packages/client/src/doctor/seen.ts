import type { Position } from '@whereabouts/protocol'
import type { Way } from '../attempted.js'

/** An answer without its body. Has only headers that anybody may read. */
export interface Answer {
  readonly status: number
  /** By their names in lower case. */
  readonly headers: { readonly [name: string]: string }
}

/** A request and what came back. All times are in ms since the look began. */
export interface Asked {
  readonly sentAtMs: number
  /** When the whole answer was there, or it was known that none comes. */
  readonly answeredAtMs: number
  /** Omitted if nothing answered. */
  readonly answer?: Answer
  /** The body, if it is JSON or, if it isn't, as numbers. */
  readonly body?: unknown
  /** Why nothing answered. */
  readonly failure?: string
}

/** A posted location. */
export interface Posted extends Asked {
  /** Omitted unless the server answered. */
  readonly position?: Position
  readonly self?: string
}

/** What came at one time, in one way. */
export interface Arrival {
  readonly atMs: number
  readonly bytes: number
  /** The positions of the frames that were complete with it. */
  readonly positions: readonly Position[]
}

/** What was seen of one way to receive events. */
export interface WaySeen {
  readonly way: Way
  readonly askedAtMs: number
  /** Omitted if nothing answered. */
  readonly answer?: Answer
  readonly arrivals: readonly Arrival[]
  /** How many events weren't what was posted. */
  readonly broken: number
  readonly heartbeatMs?: number
  readonly end: {
    readonly atMs: number
    /** `stopped` by the doctor, told by the server with a `goodbye`, `ended` or `failed` on the way. */
    readonly why: 'stopped' | 'told' | 'ended' | 'failed'
  }
}

/** All that one look saw. */
export interface Seen {
  /** Where the calls are, without a slash at the end. */
  readonly url: string
  readonly httpVersion: string | undefined
  /** How far this clock is ahead of the one in the first answer, if that has one. */
  readonly clockAheadMs: number | undefined
  /** A read of the room before anything was posted. */
  readonly first: Asked
  readonly rest: Rest | undefined
}

/** What was seen after the server had answered. */
export interface Rest {
  readonly endMs: number
  readonly ways: readonly WaySeen[]
  readonly posts: readonly Posted[]
  /** A post with the member key in a header, not in the query. */
  readonly keyed: Posted
  /** The same read as the first one, and the position that it should have at least. */
  readonly again: Asked
  readonly expected: Position | undefined
  /** A post that the server refuses: its body isn't JSON. */
  readonly refused: Asked
  /** A `GET` that the address doesn't have. */
  readonly unserved: Asked
  /** A sync of the document, in bytes. */
  readonly synced: Asked
  /** Whether the room is the doctor's own, so that it has no document. */
  readonly isOwnRoom: boolean
}
