import type { Action, Problem } from '@whereabouts/protocol'
import type { Kept } from './connections.js'
import type { Reader } from './frames.js'

/** A long-poll: a reader that ends with its first frame. @see PROTOCOL.md HT20 */
export class Poll implements Reader, Kept {
  readonly transport = 'long-poll'
  readonly view = 'patch'
  readonly ready = true
  readonly endsWithFirst = true
  /** Ends the waiting. */
  end!: () => void
  /** Ends the waiting with a problem, which becomes the caller's answer. */
  fail!: (problem: Problem) => void
  readonly ended = new Promise<void>((resolve, reject) => {
    this.end = resolve
    this.fail = reject
  })

  /** What the caller may do, if that changed while it waited. */
  can: readonly Action[] | undefined

  /** Set when the poll begins to wait. */
  version: number | undefined

  constructor(
    readonly documents: boolean,
    readonly part: string | undefined,
  ) {
    // If the caller has disconnected, nobody handles the rejection.
    this.ended.catch(() => {})
  }

  send(): void {
    this.end()
  }

  ping(): void {}

  /** @see PROTOCOL.md AC30 */
  allow(can: readonly Action[]): void {
    this.can = can
    this.end()
  }

  /** It reads what the room has, and nothing that is sent apart. */
  whisper(): void {}

  /** It has no members. */
  expel(): void {}

  goodbye(): void {
    this.end()
  }

  destroy(): void {
    this.end()
  }
}
