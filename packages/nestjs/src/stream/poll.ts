import type { Kept } from './connections.js'
import type { Reader } from './frames.js'

/** A long-poll: a reader that ends with its first frame. @see PROTOCOL.md HT5 */
export class Poll implements Reader, Kept {
  readonly view = 'patch'
  readonly ready = true
  readonly ended: Promise<void>
  readonly end: () => void

  constructor(
    public version: number | undefined,
    readonly documents: boolean,
  ) {
    const { promise, resolve } = withResolvers()
    this.ended = promise
    this.end = resolve
  }

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

// Promise.withResolvers() needs Node 22.
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
