import type { Hello, Patch, Resync, Snapshot } from '@whereabouts/protocol'

/** A long-poll knows no more than this of what a stream begins with. */
type RoomHello = Pick<Hello, 'self' | 'room' | 'heartbeatMs' | 'leaseMs'> & Partial<Hello>

/**
 * What a room tells one reader, whichever way it got through. The position is that of the frame; all
 * of a frame comes in one go. @see PROTOCOL.md ST6
 */
export type RoomEvent =
  | { readonly kind: 'hello'; readonly hello: RoomHello }
  | { readonly kind: 'snapshot'; readonly position: string; readonly snapshot: Snapshot }
  | { readonly kind: 'patch'; readonly position: string; readonly patch: Patch }
  /** An update of the document, in base64. */
  | { readonly kind: 'document'; readonly position: string; readonly update: string }
  | { readonly kind: 'resync'; readonly resync: Resync }
  | { readonly kind: 'retry'; readonly retryMs: number }
  | { readonly kind: 'goodbye'; readonly reconnectInMs: number }
  | { readonly kind: 'problem'; readonly problem: Error }
  | { readonly kind: 'ping' }
  /** An event that this client doesn't know; a sign of life all the same. */
  | { readonly kind: 'other' }

/**
 * One way in which a room's events get here. Runs until they end, and rejects when they fail or the
 * signal aborts: with the `Problem` if the server gave one.
 *
 * @see PROTOCOL.md CL9
 */
export type Transport = (receive: (event: RoomEvent) => void, signal: AbortSignal) => Promise<void>
