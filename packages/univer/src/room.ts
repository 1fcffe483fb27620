import type { PlaceLocation } from './presence/place.js'

/** A member of the room. */
export interface WorkbookMember {
  readonly id: string
  /** The color is `#` and six hexadecimal digits. */
  readonly user: { readonly name: string; readonly color: string }
  /** The member's last location: any value, since others wrote it. */
  readonly location: unknown
  /** The marker of a member who is away is faint. */
  readonly status: 'online' | 'away'
}

/**
 * The members and their places. A room of `@whereabouts/client` is one, and so is anything with
 * these three methods, such as a few lines around the awareness of a Yjs provider.
 */
export interface WorkbookRoom {
  /**
   * Returns the current members. A member that hasn't changed is the same object as before.
   * `self` is the id of this window's own member; `null` while it has none.
   */
  getSnapshot(): { readonly self: string | null; readonly members: readonly WorkbookMember[] }
  /** Calls back when `getSnapshot` returns something else; returns a function that stops it. */
  subscribe(listener: () => void): () => void
  /** Sends this window's place to the others. */
  move(location: PlaceLocation): void
}
