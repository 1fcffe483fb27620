import type { AwarenessEvents, AwarenessState, PresenceAwareness } from '@whereabouts/client/yjs'
import { FIELD } from './fragment.js'

/** Where somebody is in a page: two positions of Yjs, as they travel. @see PROTOCOL.md CL15 */
export interface Cursor {
  readonly anchor: RelativeJson
  readonly head: RelativeJson
}

type Id = { readonly client: number; readonly clock: number }

/** What `Y.RelativePosition` is as JSON. */
interface RelativeJson {
  readonly type: Id | null
  readonly tname: string | null
  readonly item: Id | null
  readonly assoc: number
}

type Listener<Name extends keyof AwarenessEvents> = (...said: AwarenessEvents[Name]) => void

/**
 * The others' cursors for the editor's carets: only those that are cursors, since a location is
 * whatever a stranger posted; and one's own, which stays where it was while the keyboard is elsewhere,
 * so that the others can still come there.
 *
 * @see PROTOCOL.md PG10
 */
export class Cursors {
  readonly #awareness: PresenceAwareness

  constructor(awareness: PresenceAwareness) {
    this.#awareness = awareness
  }

  get states(): Map<number, AwarenessState> {
    return this.getStates()
  }

  getStates(): Map<number, AwarenessState> {
    const states = new Map<number, AwarenessState>()
    for (const [client, { user, cursor }] of this.#awareness.getStates()) {
      const known = parseCursor(cursor)
      states.set(client, {
        user: { ...(user as object), client },
        ...(known === undefined ? {} : { cursor: known }),
      })
    }
    return states
  }

  getLocalState(): AwarenessState | null {
    return this.#awareness.getLocalState()
  }

  setLocalStateField(field: string, value: unknown): void {
    const isLeft = field === 'cursor' && value === null
    if (!isLeft) this.#awareness.setLocalStateField(field, value)
  }

  on<Name extends keyof AwarenessEvents>(event: Name, listener: Listener<Name>): void {
    this.#awareness.on(event, listener)
  }

  off<Name extends keyof AwarenessEvents>(event: Name, listener: Listener<Name>): void {
    this.#awareness.off(event, listener)
  }
}

/** Reads the cursor in a state or a location; `undefined` if it is none. */
export function parseCursor(value: unknown): Cursor | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { anchor, head } = value as { readonly [field: string]: unknown }
  // What the own editor says are objects of Yjs, and what others say is JSON.
  const from = parseRelative(anchor)
  const to = parseRelative(head)
  return from === undefined || to === undefined ? undefined : { anchor: from, head: to }
}

function parseRelative(value: unknown): RelativeJson | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as { readonly [field: string]: unknown }
  const type = parseId(fields['type'])
  const item = parseId(fields['item'])
  const tname = fields['tname'] ?? null
  const assoc = fields['assoc'] ?? 0
  if (type === undefined || item === undefined || typeof assoc !== 'number') return undefined
  // Asked for another name, Yjs would make a type of that name.
  if (tname !== null && tname !== FIELD) return undefined
  if (type === null && item === null && tname === null) return undefined
  return { type, tname, item, assoc }
}

/** `null` for none; `undefined` for what is no id. */
function parseId(value: unknown): Id | null | undefined {
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return undefined
  const { client, clock } = value as { readonly [field: string]: unknown }
  return isCount(client) && isCount(clock) ? { client, clock } : undefined
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
