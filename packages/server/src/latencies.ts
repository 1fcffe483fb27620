import type { Latency } from '@whereabouts/protocol'
import type { HostedRoom } from './rooms/hosted-rooms.js'
import type { Clock } from './stream/clock.js'

/** The latencies of members, by id. */
export type LatenciesById = { readonly [id: string]: Latency }

interface Noted {
  readonly tookMs: number
  readonly atMs: number
}

/** What members of the rooms that are hosted here last said of how long a confirmation took. @see PROTOCOL.md IN3 */
export class Latencies {
  readonly #rooms = new WeakMap<HostedRoom, Map<string, Noted>>()

  constructor(private readonly clock: Clock) {}

  note(hosted: HostedRoom, id: string, tookMs: number): void {
    const noted = this.#rooms.get(hosted) ?? new Map<string, Noted>()
    this.#rooms.set(hosted, noted.set(id, { tookMs, atMs: this.clock.now() }))
    // Some of them have left.
    if (noted.size > hosted.room.size) forgetFormer(noted, hosted)
  }

  /** Returns those of the members that are in the room. */
  of(hosted: HostedRoom): LatenciesById {
    const noted = this.#rooms.get(hosted) ?? new Map<string, Noted>()
    forgetFormer(noted, hosted)
    const nowMs = this.clock.now()
    const told = Array.from(noted, ([id, { tookMs, atMs }]): [string, Latency] => [
      id,
      { tookMs, agoMs: Math.round(nowMs - atMs) },
    ])
    return Object.fromEntries(told)
  }
}

function forgetFormer(noted: Map<string, Noted>, { room }: HostedRoom): void {
  for (const id of noted.keys()) if (room.get(id) === undefined) noted.delete(id)
}
