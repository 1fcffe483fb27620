import type { Json } from '@whereabouts/protocol'

/** What the first line of a recording says that it is. */
export const FORMAT = 'whereabouts-recording'
export const FORMAT_VERSION = 1
/** How large a recording is at most. @see PROTOCOL.md IN13 */
export const MOST_BYTES = 33_554_432
/** How many lines it has at most. */
export const MOST_LINES = 100_000
/** How deeply a line's JSON is nested at most. */
export const MOST_LEVELS = 100

/** What was recorded, and when it began. */
export interface RecordingHeader {
  /** The name of the room. */
  readonly room: string
  /** In ms since 1970. */
  readonly startedAtMs: number
}

/**
 * An event of a recording, as it came on the room's stream.
 *
 * @example {"atMs":1200,"event":"patch","id":"6f2c81:44","data":{"move":{"kX3v…":{"cell":"C6"}}}}
 * @see PROTOCOL.md IN12
 */
export interface RecordedEvent {
  /** How long after the beginning it came. */
  readonly atMs: number
  /** Its name on the stream, such as `patch`. */
  readonly event: string
  /** The position of the room, on the last event of a frame. */
  readonly id?: string
  /** Its JSON; of `document` an update in base64. */
  readonly data: Json
}

/** Writes a recording, line by line, as long as it is within its bounds. @see PROTOCOL.md IN12, IN13 */
export class RecordingWriter {
  readonly #lines: string[]
  #bytes: number
  #isFull = false

  constructor(header: RecordingHeader) {
    const first = lineOf({ format: FORMAT, version: FORMAT_VERSION, ...header })
    this.#lines = [first]
    this.#bytes = bytesOf(first)
  }

  /** How many bytes the file has. */
  get bytes(): number {
    return this.#bytes
  }

  /** How many events it has. */
  get events(): number {
    return this.#lines.length - 1
  }

  /** Whether an event was left out, after which nothing is added any more. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Returns whether there was room for the event. */
  add(event: RecordedEvent): boolean {
    const line = lineOf(event)
    const bytes = this.#bytes + bytesOf(line)
    this.#isFull ||= bytes > MOST_BYTES || this.#lines.length >= MOST_LINES
    if (this.#isFull) return false
    this.#lines.push(line)
    this.#bytes = bytes
    return true
  }

  /** Returns the file so far. */
  text(): string {
    return this.#lines.join('')
  }
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`
}

function bytesOf(line: string): number {
  return new TextEncoder().encode(line).length
}
