import {
  type Action,
  type Can,
  encodeEvent,
  type Goodbye,
  type Hello,
  type Problem,
  SSE_COMMENT,
  type Transport,
  type View,
  type Whisper,
} from '@whereabouts/protocol'
import type { Kept } from './connections.js'
import type { Frame } from './frame.js'
import type { Frames, Reader } from './frames.js'
import type { Look } from './look.js'
import { SharedBytes } from './shared-bytes.js'

/** A heartbeat, by view. */
export const PING = {
  patch: new SharedBytes(encodeEvent({ event: 'ping', data: '{}' })),
  list: new SharedBytes(SSE_COMMENT),
}

/** What writes to an outlet. */
export interface Writer {
  /** Called each time that the outlet can take frames again. */
  catchUp(): void
}

/** Where a connection's events go: a response of its own, or a share of one. */
export interface Outlet {
  readonly transport: Transport
  /** Whether it can take a frame now. */
  readonly ready: boolean
  /** An object rather than a function, which would be one more for each of tens of thousands of streams. */
  writer: Writer | undefined
  write(bytes: SharedBytes): void
  /** Writes a goodbye, which is for everything on the same response. @see PROTOCOL.md MS16 */
  goodbye(bytes: SharedBytes): void
  /** Ends in good order; what is written after that isn't sent. */
  end(): void
  destroy(): void
}

/**
 * A reader of a room over HTTP. A stream of one room has one, a stream of several has one for each.
 *
 * @see PROTOCOL.md §8
 */
export class Connection implements Reader, Kept, Writer {
  readonly view: View
  readonly documents: boolean
  readonly part: string | undefined
  /** Whether a resuming reader has to be told that it missed nothing. */
  #owesPing: boolean
  #frames: Pick<Frames, 'catchUp'> | undefined

  /**
   * @param wanted which events it sends
   * @param version the version that it resumes from
   */
  constructor(
    wanted: Look,
    public version: number | undefined,
    private readonly out: Outlet,
  ) {
    this.#owesPing = version !== undefined
    this.view = wanted.view
    this.documents = wanted.documents
    this.part = wanted.part
  }

  get ready(): boolean {
    return this.out.ready
  }

  get transport(): Transport {
    return this.out.transport
  }

  /**
   * Sends everything before the first frame.
   *
   * @param retryMs only if nothing was sent on the response yet
   * @see PROTOCOL.md ST2, ST3, MS3
   */
  open(hello: Hello, retryMs?: number): void {
    const retry = retryMs === undefined ? '' : encodeEvent({ retry: retryMs })
    const isList = this.view === 'list'
    const text = isList ? '' : encodeEvent({ event: 'hello', data: JSON.stringify(hello) })
    this.out.write(new SharedBytes(retry + text))
  }

  send(frame: Frame): void {
    this.#owesPing = false
    this.out.write(frame.bytes)
  }

  /**
   * Sends what the reader lacks, or says that it missed nothing: now, and each time that there is space
   * again.
   *
   * @see PROTOCOL.md ST17, FR4
   */
  follow(frames: Pick<Frames, 'catchUp'>): void {
    this.#frames = frames
    this.out.writer = this
    this.catchUp()
  }

  catchUp(): void {
    this.#frames?.catchUp(this)
    if (this.#owesPing) this.ping()
  }

  /** @see PROTOCOL.md ST7 */
  ping(): void {
    if (!this.ready) return
    this.#owesPing = false
    this.out.write(PING[this.view])
  }

  /** @see PROTOCOL.md AC16 */
  allow(can: readonly Action[]): void {
    if (this.view === 'patch') this.#say('can', { can } satisfies Can)
  }

  /** @see PROTOCOL.md EV10 */
  whisper(whisper: Whisper): void {
    if (this.view === 'patch' && this.ready) this.#say('whisper', whisper)
  }

  /** @see PROTOCOL.md ST8, ST10, ST20 */
  goodbye(goodbye: Goodbye): void {
    this.out.goodbye(new SharedBytes(goodbyeText(this.view, goodbye)))
  }

  /** @see PROTOCOL.md MS10 */
  expel(member: string, problem: Problem): void {
    this.#say('problem', { ...problem.toJSON(), member })
  }

  end(): void {
    this.out.end()
  }

  /** @see PROTOCOL.md ST11, MS9 */
  fail(problem: Problem): void {
    try {
      // The list view has no event for a problem.
      if (this.view === 'patch') this.#say('problem', problem)
      this.end()
    } catch {
      // If writing fails, only closing the socket is left.
      this.destroy()
    }
  }

  destroy(): void {
    this.out.destroy()
  }

  #say(event: string, data: object): void {
    this.out.write(new SharedBytes(encodeEvent({ event, data: JSON.stringify(data) })))
  }
}

/** Returns the event that asks a reader to come back soon. */
export function goodbyeText(view: View, goodbye: Goodbye): string {
  const retry = goodbye.reconnectInMs
  if (view === 'list') return encodeEvent({ retry })
  return encodeEvent({ event: 'goodbye', data: JSON.stringify(goodbye), retry })
}
