import type { PlaceLocation } from './presence/place.js'

/** Somebody in the room. */
export interface WorkbookMember {
  readonly id: string
  /** The color is `#` and six hexadecimal digits. */
  readonly user: { readonly name: string; readonly color: string }
  /** What that member last said of its place: any value, since others wrote it. */
  readonly location: unknown
  /** Who is away keeps a faint marker. */
  readonly status: 'online' | 'away'
}

/**
 * Who is where. A room of `@whereabouts/client` is one, and so is whatever else has these three
 * methods, such as a few lines around the awareness of a Yjs provider.
 */
export interface WorkbookRoom {
  /**
   * Returns who is there now. A member that didn't change is the same object as before.
   *
   * `self` is the id of this window's own member; `null` while it has none.
   */
  getSnapshot(): { readonly self: string | null; readonly members: readonly WorkbookMember[] }
  /** Calls back when `getSnapshot` returns something else; returns how to stop that. */
  subscribe(listener: () => void): () => void
  /** Tells the others where this window is. */
  move(location: PlaceLocation): void
}
