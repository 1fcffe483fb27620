import type {
  Broadcast,
  Can,
  Goodbye,
  Hello,
  Patch,
  Resync,
  Snapshot,
  Whisper,
} from '@whereabouts/protocol'

/** The first message of every transport; a long-poll only has the interval between its answers. */
export type RoomHello = Pick<Hello, 'heartbeatMs'> & Partial<Hello>

/**
 * An event of a room, whichever transport brought it. The position is that of its frame, whose events
 * are passed on synchronously, one after another.
 *
 * @see PROTOCOL.md ST6
 */
export type RoomEvent =
  | { readonly kind: 'hello'; readonly data: RoomHello }
  | { readonly kind: 'snapshot'; readonly position: string; readonly data: Snapshot }
  | { readonly kind: 'patch'; readonly position: string; readonly data: Patch }
  | { readonly kind: 'broadcast'; readonly position: string; readonly data: Broadcast }
  /** An update of the document, in base64. */
  | { readonly kind: 'document'; readonly position: string; readonly data: string }
  | { readonly kind: 'whisper'; readonly data: Whisper }
  | { readonly kind: 'can'; readonly data: Partial<Can> }
  | { readonly kind: 'resync'; readonly data: Resync }
  | { readonly kind: 'goodbye'; readonly data: Goodbye }
  | { readonly kind: 'retry'; readonly data: number }
  | { readonly kind: 'ping' }
  /** An event that this client doesn't know, which still shows that the server is alive. */
  | { readonly kind: 'other' }

/**
 * Brings a room's events to this client, in one of several ways. Runs until they end; rejects when
 * they fail or the signal aborts, with the `Problem` if the server answered with one.
 *
 * @see PROTOCOL.md CL9
 */
export type Transport = (receive: (event: RoomEvent) => void, signal: AbortSignal) => Promise<void>
