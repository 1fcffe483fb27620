import { BroadcastNumber, type Json, Problem } from '@whereabouts/protocol'
import { callSafely, type RoomStore } from './store.js'
import type { RoomEvent } from './transport.js'

/**
 * Receives an event that was broadcast in the room, one's own included.
 *
 * @param from the id of the member that broadcast it; `null` if the application on the server did
 */
export type EventListener<Event extends Json = Json> = (event: Event, from: string | null) => void

/**
 * Hears that events were missed.
 *
 * @param count how many; `null` if there may have been some, and nobody knows how many
 */
export type MissedListener = (count: number | null) => void

type Heard = readonly [event: EventListener, missed: MissedListener | undefined]

/** Tells listeners what is broadcast in a room: each event once, in order, and how many were missed. */
export class Broadcasts {
  readonly #listeners = new Set<Heard>()
  readonly #last = new BroadcastNumber()

  readonly listen = (event: EventListener, missed?: MissedListener): (() => void) => {
    const heard: Heard = [event, missed]
    this.#listeners.add(heard)
    return () => void this.#listeners.delete(heard)
  }

  /** @see PROTOCOL.md CL110, CL111 */
  receive(event: RoomEvent): void {
    switch (event.kind) {
      case 'snapshot':
        // What the room no longer knows isn't counted.
        return this.#miss(this.#last.reach(event.position, event.data.broadcast ?? 0) && null)
      case 'patch':
        return this.#miss(this.#last.reach(event.position, event.data.broadcast ?? 0))
      case 'broadcast': {
        const { position, data } = event
        this.#miss(this.#last.reach(position, data.number - 1))
        if (this.#last.reach(position, data.number)) this.#pass(data.event, data.from ?? null)
        return
      }
      case 'whisper':
        return this.#pass(event.data.event, null)
      default:
    }
  }

  #pass(event: Json, from: string | null): void {
    for (const [listener] of this.#listeners) callSafely(() => listener(event, from))
  }

  #miss(count: number | null): void {
    if (count === 0) return
    for (const [, listener] of this.#listeners) callSafely(() => listener?.(count))
  }
}

/**
 * Resolves when a client is a member of its room.
 *
 * @throws {Problem} forbidden, if it may not be one, or no longer is
 */
export async function joined(store: RoomStore, watch: boolean): Promise<void> {
  while (store.phase.self === null) {
    const { status, can } = store.phase
    if (watch || status === 'closed' || can?.includes('join') === false)
      throw new Problem('forbidden', 'Only members of the room can broadcast.')
    await new Promise<void>((resolve) => {
      const end = store.subscribe(() => {
        end()
        resolve()
      })
    })
  }
}
