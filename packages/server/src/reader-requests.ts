import type { Transport } from '@whereabouts/protocol'
import type { Admission } from './access/permissions.js'
import type { Attendant, Participant } from './attendance.js'
import type { Look } from './stream/look.js'
import type { Subscriber } from './stream/subscription.js'

/** The request of a subscriber inside the process. */
export interface SubscriptionRequest extends Look {
  readonly lastEventId: string | undefined
  /** `undefined` for a reader who only watches. */
  readonly caller: Participant | undefined
  /** The user that the application reads for, if it named one. */
  readonly userId: string | undefined
}

/** Receives the events of a room inside the process. */
export interface RoomSubscriber extends Subscriber {
  readonly closed: boolean
  /** Adds a callback for when it is closed; calls back at once if it already is. */
  add(teardown: () => void): void
}

/** What a reader over HTTP wants of a room. */
export interface RoomRequest extends Look {
  /** The members that join with it; without any, it only watches. */
  readonly members: readonly Attendant[]
  /** The position that it resumes from. */
  readonly since: string | undefined
  readonly admission: Admission
}

/** The request of a stream of one room over HTTP. */
export interface StreamRequest extends RoomRequest {
  /** Which call opened it. */
  readonly transport: Extract<Transport, 'stream' | 'post-stream'>
}

/** The changes that a long-poll waits for. */
export interface PollOptions extends Pick<Look, 'documents' | 'part'> {
  readonly admission: Admission
  readonly waitMs: number
}
