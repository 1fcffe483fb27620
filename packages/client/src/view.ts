import {
  applyPatch,
  applySnapshot,
  EMPTY_ROOM,
  parsePosition,
  type Member,
  type Patch,
  type RoomState,
  type Snapshot,
} from '@whereabouts/protocol'

/**
 * What a client knows of a room: what it was told, and those whom a restarted server doesn't know
 * yet. Time is an argument, in ms since 1970.
 *
 * @see PROTOCOL.md CL1, CL5
 */
export class RoomView {
  #state = EMPTY_ROOM
  #position: string | null = null
  readonly #keptUntilMs = new Map<string, number>()

  get state(): RoomState {
    return this.#state
  }

  /** Where to resume from; `null` before the first snapshot. */
  get position(): string | null {
    return this.#position
  }

  /** When the next of those who are kept is to be forgotten; `null` if nobody is kept. */
  get nextExpiryMs(): number | null {
    return this.#keptUntilMs.size === 0 ? null : Math.min(...this.#keptUntilMs.values())
  }

  /**
   * @param self is never kept: who reads a snapshot knows better than the snapshot before.
   * @param keepUntilMs until when those who are missing after a change of epoch are kept.
   */
  applySnapshot(
    position: string,
    snapshot: Snapshot,
    self: string | null,
    keepUntilMs: number,
  ): void {
    const otherEpoch = this.#position !== null && Number.isNaN(this.ahead(position))
    const present = new Set(snapshot.members.map(({ id }) => id))
    const kept: Member[] = []
    for (const member of this.#state.members.values()) {
      const { id } = member
      const keep = otherEpoch || this.#keptUntilMs.has(id)
      if (present.has(id) || id === self || !keep) {
        this.#keptUntilMs.delete(id)
        continue
      }
      if (!this.#keptUntilMs.has(id)) this.#keptUntilMs.set(id, keepUntilMs)
      kept.push(member.status === 'away' ? member : { ...member, status: 'away' })
    }
    const members = [...kept, ...snapshot.members]
    this.#state = applySnapshot(this.#state, { ...snapshot, members })
    this.#position = position
  }

  /** What it has reached already it doesn't apply again. @see PROTOCOL.md CL34 */
  applyPatch(position: string, patch: Patch): void {
    if (!this.advance(position)) return
    for (const { id } of patch.join ?? []) this.#keptUntilMs.delete(id)
    for (const id of patch.leave ?? []) this.#keptUntilMs.delete(id)
    this.#state = applyPatch(this.#state, patch)
  }

  /** What comes next isn't told from here on: it is another part of the room. */
  restart(): void {
    this.#position = null
  }

  /** All up to this position is known; `false` if that is nothing new. */
  advance(position: string): boolean {
    if (this.ahead(position) <= 0) return false
    this.#position = position
    return true
  }

  /** Forgets those who were kept and whose time is over. */
  expire(nowMs: number): void {
    const over = [...this.#keptUntilMs].filter(([, untilMs]) => untilMs <= nowMs)
    const leave = over.map(([id]) => id)
    for (const id of leave) this.#keptUntilMs.delete(id)
    this.#state = applyPatch(this.#state, { leave })
  }

  /** Forgets one member, whatever the server says. */
  forget(id: string): void {
    this.#keptUntilMs.delete(id)
    this.#state = applyPatch(this.#state, { leave: [id] })
  }

  /** How many versions a position is ahead; of another epoch that can't be said, and is `NaN`. */
  ahead(position: string): number {
    const here = parsePosition(this.#position ?? '')
    const there = parsePosition(position)
    if (here === undefined || there === undefined || here.epoch !== there.epoch) return NaN
    return there.version - here.version
  }
}
