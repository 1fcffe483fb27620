import type { PresenceAwareness } from '@whereabouts/client/yjs'
import { parseRelative, type RelativeJson } from '../page-document/places.js'

/** Where somebody is in a page: two positions of Yjs, as they travel. @see PROTOCOL.md CL15 */
export interface Cursor {
  readonly anchor: RelativeJson
  readonly head: RelativeJson
}

/** Somebody else's cursor, and who it is. */
export interface CursorOfOther {
  readonly client: number
  readonly user: { readonly name: string; readonly color: string }
  readonly cursor: Cursor
}

/**
 * The others' cursors: only those that are cursors, since a location is whatever a stranger posted; and
 * one's own, which stays where it was while the keyboard is elsewhere, so that the others can still come
 * there.
 *
 * @see OFFICE.md PG10
 */
export class Cursors {
  readonly #awareness: PresenceAwareness

  constructor(awareness: PresenceAwareness) {
    this.#awareness = awareness
  }

  /** Everybody's but one's own. */
  get others(): readonly CursorOfOther[] {
    return [...this.#awareness.getStates()].flatMap(([client, state]) => {
      const cursor = parseCursor(state['cursor'])
      const user = state['user'] as CursorOfOther['user'] | undefined
      const isOwn = client === this.#awareness.clientID
      return isOwn || cursor === undefined || user === undefined ? [] : [{ client, user, cursor }]
    })
  }

  /** Tells the others where one is. */
  publish(cursor: Cursor): void {
    const before = this.#awareness.getLocalState()?.['cursor']
    if (JSON.stringify(before) !== JSON.stringify(cursor)) {
      this.#awareness.setLocalStateField('cursor', cursor)
    }
  }

  /** Calls back when somebody is elsewhere; returns how to stop that. */
  subscribe(listener: () => void): () => void {
    this.#awareness.on('change', listener)
    return () => this.#awareness.off('change', listener)
  }
}

/** Reads the cursor in a state or a location; `undefined` if it is none. */
export function parseCursor(value: unknown): Cursor | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { anchor, head } = value as { readonly [field: string]: unknown }
  const from = parseRelative(anchor)
  const to = parseRelative(head)
  return from === undefined || to === undefined ? undefined : { anchor: from, head: to }
}
