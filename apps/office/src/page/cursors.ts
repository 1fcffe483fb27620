import type { PresenceAwareness } from '@whereabouts/client/yjs'
import { parseRelative, type RelativeJson } from '../page-document/places.js'

/** A member's place in a page: two Yjs positions, as they are sent. @see PROTOCOL.md CL15 */
export interface Cursor {
  readonly anchor: RelativeJson
  readonly head: RelativeJson
}

/** Another member's cursor, and who they are. */
export interface CursorOfOther {
  readonly client: number
  readonly user: { readonly name: string; readonly color: string }
  readonly cursor: Cursor
}

/** Whether nothing was heard of the others for long. @see OFFICE.md OF89 */
export interface Silent {
  readonly isSilent: boolean
  /** Calls back when that may have changed; returns a function that stops it. */
  readonly subscribe: (listener: () => void) => () => void
}

/**
 * The others' cursors, without invalid ones, since a stranger can post any location. One's own
 * stays while the focus is elsewhere, so that others can still find it.
 *
 * @see OFFICE.md PG10
 */
export class Cursors {
  readonly #awareness: PresenceAwareness
  readonly #silence: Silent

  constructor(awareness: PresenceAwareness, silence: Silent) {
    this.#awareness = awareness
    this.#silence = silence
  }

  /** The cursor of everyone who is here but one's own. */
  get others(): readonly CursorOfOther[] {
    if (this.#silence.isSilent) return []
    return [...this.#awareness.getStates()].flatMap(([client, state]) => {
      const cursor = parseCursor(state['cursor'])
      const user = state['user'] as CursorOfOther['user'] | undefined
      const isOwn = client === this.#awareness.clientID
      return isOwn || cursor === undefined || user === undefined ? [] : [{ client, user, cursor }]
    })
  }

  /** Sends one's own cursor to the others. */
  publish(cursor: Cursor): void {
    const before = this.#awareness.getLocalState()?.['cursor']
    if (JSON.stringify(before) !== JSON.stringify(cursor)) {
      this.#awareness.setLocalStateField('cursor', cursor)
    }
  }

  /** Calls back when a cursor has moved, come or gone; returns a function that stops it. */
  subscribe(listener: () => void): () => void {
    let wasSilent = this.#silence.isSilent
    const stop = this.#silence.subscribe(() => {
      if (this.#silence.isSilent === wasSilent) return
      wasSilent = !wasSilent
      listener()
    })
    this.#awareness.on('change', listener)
    return () => {
      stop()
      this.#awareness.off('change', listener)
    }
  }
}

/** Parses the cursor in a state or a location; returns `undefined` if there is none. */
export function parseCursor(value: unknown): Cursor | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { anchor, head } = value as { readonly [field: string]: unknown }
  const from = parseRelative(anchor)
  const to = parseRelative(head)
  return from === undefined || to === undefined ? undefined : { anchor: from, head: to }
}
