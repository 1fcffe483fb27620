import type { Kept } from './connections.js'
import type { Reader } from './frames.js'

/** A long-poll: a reader that ends with its first frame. @see PROTOCOL.md HT5 */
export class Poll implements Reader, Kept {
  readonly view = 'patch'
  readonly ready = true
  readonly endsWithFirst = true
  /** Ends the waiting. */
  end!: () => void
  readonly ended = new Promise<void>((resolve) => {
    this.end = resolve
  })

  /** Until it waits it has nothing. */
  version: number | undefined

  constructor(
    readonly documents: boolean,
    readonly part: string | undefined,
  ) {}

  send(): void {
    this.end()
  }

  ping(): void {}

  goodbye(): void {
    this.end()
  }

  destroy(): void {
    this.end()
  }
}
