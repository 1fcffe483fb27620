import type { RoomSnapshot } from '@whereabouts/client'

/** A member that the server hasn't heard of for this long is away as well. */
export const SILENT_AFTER_MS = 15_000

/**
 * What a window shows of the others once it has heard nothing for long: nobody counts as here, as nobody
 * knows.
 *
 * @see OFFICE.md OF89
 */
export class Silence {
  readonly #changed: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #isLong = false
  #before: RoomSnapshot | undefined
  #shown: RoomSnapshot | undefined

  /** @param changed called when the silence has become long */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Whether the room hasn't been live for long. */
  get isLong(): boolean {
    return this.#isLong
  }

  /** Takes in the state of the connection. */
  look(status: RoomSnapshot['status']): void {
    if (status !== 'reconnecting') {
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#isLong = false
    } else {
      this.#timer ??= setTimeout(() => {
        this.#isLong = true
        this.#changed()
      }, SILENT_AFTER_MS)
    }
  }

  /** Returns what is known: the same object for the same snapshot. */
  known(snapshot: RoomSnapshot): RoomSnapshot {
    if (!this.#isLong) return snapshot
    if (this.#shown === undefined || this.#before !== snapshot) {
      this.#before = snapshot
      this.#shown = withNobodyHere(snapshot)
    }
    return this.#shown
  }
}

function withNobodyHere(snapshot: RoomSnapshot): RoomSnapshot {
  const others = snapshot.others.map((member) => ({ ...member, status: 'away' as const }))
  const shown = new Map(others.map((member) => [member.id, member]))
  const members = snapshot.members.map((member) => shown.get(member.id) ?? member)
  return { ...snapshot, members, others }
}
