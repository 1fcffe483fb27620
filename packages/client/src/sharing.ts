import type { Json } from '@whereabouts/protocol'
import type { Transports } from './connection.js'

/** What is asked of several rooms: a stream, or what has changed. @see PROTOCOL.md MS1, HT37 */
export interface SharedBody {
  readonly subscriptions: readonly object[]
  readonly poll?: true
  readonly waitMs?: number
}

/** A room that may share its connection. */
export interface SharedRoom {
  /** The address of the server. */
  readonly base: string
  /** Whether its requests are the browser's own, without `headers`, `fetch` or `credentials` of the application. */
  readonly isPlain: boolean
  /** Its own ways to its events. */
  readonly own: Transports
  /** No request is sent before it resolves. */
  readonly ready: Promise<void> | undefined
  /** Returns its subscription; called before each request. @see PROTOCOL.md MS1 */
  readonly subscription: () => { readonly [field: string]: Json | undefined }
  /** Returns where it goes on from. */
  readonly position: () => string | null
  /** Returns how long a poll may wait. */
  readonly waitMs: () => number
  /** Posts the location again if the lease is in danger. */
  readonly renew: () => void
  /** Makes the call for several rooms. @see PROTOCOL.md HT35 */
  readonly request: (body: SharedBody, signal: AbortSignal) => Promise<Response>
}

/** Returns the ways to a room's events that it shares with other rooms. */
export type Sharing = (room: SharedRoom) => Transports
