import { encodeEvent } from '@whereabouts/protocol'
import { SharedBytes } from './shared-bytes.js'

/** One event of a frame. */
export interface FrameEvent {
  /** `undefined` for the unnamed `message`. */
  readonly event: string | undefined
  readonly data: string
}

/**
 * The events that take readers from one version of a room to another, encoded at most once.
 *
 * @see PROTOCOL.md FR3
 */
export class Frame {
  #bytes: SharedBytes | undefined

  /**
   * @param version the room's version after it
   * @param id the position after it; only the last event carries it, so that a reader who is cut off
   *   earlier gets the whole frame again. PROTOCOL.md ST6
   */
  constructor(
    readonly version: number,
    readonly id: string,
    readonly events: readonly FrameEvent[],
  ) {}

  /** The encoded frame; the same object every time. */
  get bytes(): SharedBytes {
    this.#bytes ??= new SharedBytes(this.messages().map(encodeEvent).join(''))
    return this.#bytes
  }

  /** Returns the events as they are sent; only the last one has the position. */
  messages(): (FrameEvent & { readonly id: string | undefined })[] {
    const last = this.events.length - 1
    return this.events.map(({ event, data }, index) => ({
      event,
      data,
      id: index === last ? this.id : undefined,
    }))
  }
}
