import type { Problem } from '@whereabouts/protocol'
import type { Kept } from './connections.js'
import type { Reader } from './frames.js'

/** A long-poll: a reader that ends with its first frame. @see PROTOCOL.md HT20 */
export class Poll implements Reader, Kept {
  readonly view = 'patch'
  readonly ready = true
  readonly endsWithFirst = true
  /** Ends the waiting. */
  end!: () => void
  /** Ends it with a problem, which its caller is answered. */
  fail!: (problem: Problem) => void
  readonly ended = new Promise<void>((resolve, reject) => {
    this.end = resolve
    this.fail = reject
  })

  /** Until it waits it has nothing. */
  version: number | undefined

  constructor(
    readonly documents: boolean,
    readonly part: string | undefined,
  ) {
    // The caller may have gone.
    this.ended.catch(() => {})
  }

  send(): void {
    this.end()
  }

  ping(): void {}

  /** It has no place for that. */
  allow(): void {}

  goodbye(): void {
    this.end()
  }

  destroy(): void {
    this.end()
  }
}
