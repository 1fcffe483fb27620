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
 * The client's view of a room: what the server sent, and members that a restarted server doesn't know
 * yet, kept as `away` for a lease. Times are arguments, in ms since 1970.
 *
 * @see PROTOCOL.md CL1, CL5
 */
export class RoomView {
  #state = EMPTY_ROOM
  #position: string | null = null
  #keptUntilMs = new Map<string, number>()

  get state(): RoomState {
    return this.#state
  }

  /** Returns where to resume from; `null` before the first snapshot. */
  get position(): string | null {
    return this.#position
  }

  /** Returns when the next kept member expires, in ms since 1970; `Infinity` if none is kept. */
  get nextExpiryMs(): number {
    return Math.min(...this.#keptUntilMs.values())
  }

  /**
   * Replaces the view by a snapshot.
   *
   * @param self the own member id, which is never kept: this client knows that it is here
   * @param keepUntilMs until when members that are missing after a change of epoch are kept
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
    const keptUntilMs = new Map<string, number>()
    for (const [id, member] of this.#state.members) {
      const untilMs = this.#keptUntilMs.get(id) ?? (otherEpoch ? keepUntilMs : undefined)
      if (untilMs === undefined || present.has(id) || id === self) continue
      keptUntilMs.set(id, untilMs)
      kept.push({ ...member, status: 'away' })
    }
    this.#keptUntilMs = keptUntilMs
    const members = [...kept, ...snapshot.members]
    this.#state = applySnapshot(this.#state, { ...snapshot, members })
    this.#position = position
  }

  /** Applies a patch, unless the view has reached its position already. @see PROTOCOL.md CL34 */
  applyPatch(position: string, patch: Patch): void {
    if (!this.advance(position)) return
    for (const { id } of patch.join ?? []) this.#keptUntilMs.delete(id)
    for (const id of patch.leave ?? []) this.#keptUntilMs.delete(id)
    this.#state = applyPatch(this.#state, patch)
  }

  /** Forgets the position, so that the next stream begins with a snapshot. */
  restart(): void {
    this.#position = null
  }

  /** Moves the position forward; returns `false` if it has been reached already. */
  advance(position: string): boolean {
    if (this.ahead(position) <= 0) return false
    this.#position = position
    return true
  }

  /** Forgets the kept members whose time is over. */
  expire(nowMs: number): void {
    for (const [id, untilMs] of this.#keptUntilMs) if (untilMs <= nowMs) this.forget(id)
  }

  /** Removes one member, though the server didn't say so. */
  forget(id: string): void {
    this.#keptUntilMs.delete(id)
    this.#state = applyPatch(this.#state, { leave: [id] })
  }

  /** Returns how many versions a position is ahead of the view; `NaN` in another epoch. */
  ahead(position: string): number {
    const here = parsePosition(this.#position ?? '')
    const there = parsePosition(position)
    if (here === undefined || there === undefined || here.epoch !== there.epoch) return NaN
    return there.version - here.version
  }
}
