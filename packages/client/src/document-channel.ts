import type { Json } from '@whereabouts/protocol'
import type { CallInit, Parameters } from './calls.js'

/** Receives what a room's events say of its document. */
export interface DocumentListener {
  /** The room's events come again; if they are resumed, what was missed comes with them. */
  opened(isResumed: boolean): void
  /** Events come, and what was missed came before them, which `opened` alone doesn't prove. */
  heard(): void
  /** An update, in base64. */
  updated(update: string): void
  /** Something is missing that doesn't come with the events: fetch it. @see PROTOCOL.md DO4 */
  outdated(): void
  /** The page goes away: what isn't sent now may never be. */
  leaving(): void
}

/** A room's interface for this package's document provider, awareness, locks and components. Not public. */
export interface DocumentChannel {
  /** The address of the room, under which the offline copy is stored. */
  readonly address: string
  /** The member key, a secret. */
  readonly member: string
  /** Returns the room's position; `null` before the first event. */
  position(): string | null
  /** Returns how long the JSON text of a location may be, once the server has said it. */
  maxLocationBytes(): number | undefined
  /** Returns the application's location; `undefined` while it has set none, and after the server refused it. */
  location(): Json | undefined
  /** Subscribes to the document, and returns how to unsubscribe. */
  listen(listener: DocumentListener): () => void
  /** The server answered a post, and its room is at a position. */
  posted(position: string): void
  /** Makes a call of the room. Rejects with the server's `Problem`, if it answers with one. */
  request(call: string, parameters: Parameters, init: CallInit): Promise<Response>
  /** Makes a call of the room from a page that goes away; nobody hears its answer. */
  requestLast(call: string, parameters: Parameters, init: RequestInit): void
  /**
   * Posts locations as `map` returns them from now on, beginning with the present one; returns how
   * to end that. `map` is given the application's location, or `null` while it has set none.
   */
  mapLocation(map: LocationMap): () => void
}

/** Returns the location to post for the application's location. */
export type LocationMap = (location: Json) => Json

const channels = new WeakMap<object, DocumentChannel>()

/** Gives a room its channel. */
export function setChannel(room: object, channel: DocumentChannel): void {
  channels.set(room, channel)
}

/** @throws {TypeError} if the room doesn't come from `joinRoom` of this package. */
export function channelOf(room: object): DocumentChannel {
  const channel = channels.get(room)
  if (channel === undefined) throw new TypeError('pass a room from joinRoom()')
  return channel
}
