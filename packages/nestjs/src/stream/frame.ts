import { encodeEvent } from '@whereabouts/protocol'

const RESYNC = encodeEvent({ event: 'resync', data: '{}' })

/** One event on its way to many readers, turned into bytes at most once. @see PROTOCOL.md FR3 */
export class Frame {
  #bytes: Buffer | undefined
  #preface = ''

  /**
   * @param version the room's version after it
   * @param id the position after it
   * @param event `undefined` for the unnamed `message`
   * @param data JSON text
   */
  constructor(
    readonly version: number,
    readonly id: string,
    readonly event: string | undefined,
    readonly data: string,
  ) {}

  /** What goes over the wire; the same object every time. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.#preface + this.#encode())
    return this.#bytes
  }

  /** The same frame, with the event before it that says why it isn't a patch. PROTOCOL.md ST9 */
  afterResync(): this {
    this.#preface = RESYNC
    return this
  }

  #encode(): string {
    const { id, event, data } = this
    return encodeEvent(event === undefined ? { id, data } : { id, event, data })
  }
}
