import { encodeEvent } from '@whereabouts/protocol'
import { SharedBytes } from './shared-bytes.js'

/** One event of a frame. */
export interface FrameEvent {
  /** `undefined` for the unnamed `message`. */
  readonly event: string | undefined
  readonly data: string
}

/**
 * What takes readers from one version of a room to another: one event or a few, turned into bytes at
 * most once.
 *
 * @see PROTOCOL.md FR3
 */
export class Frame {
  #bytes: SharedBytes | undefined

  /**
   * @param version the room's version after it
   * @param id the position after it, which the last event carries: who is cut off before that has
   *   nothing yet. PROTOCOL.md ST6
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

  /** Its events as they go out, the last one with the position. */
  messages(): (FrameEvent & { readonly id: string | undefined })[] {
    const last = this.events.length - 1
    return this.events.map(({ event, data }, index) => ({
      event,
      data,
      id: index === last ? this.id : undefined,
    }))
  }
}
