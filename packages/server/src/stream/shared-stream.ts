import { encodeEvent, type Goodbye, type On, type Problem } from '@whereabouts/protocol'
import { goodbyeText, type Outlet, PING, type Writer } from './connection.js'
import type { Kept } from './connections.js'
import type { OpenResponse } from './open-response.js'
import { SharedBytes } from './shared-bytes.js'

/** How a channel came to its end: alone, or with its whole stream. */
export type ChannelEnd = 'ended' | 'closed'

/** What a stream needs of the response that it is sent on. */
export type SharedResponse = Pick<
  OpenResponse,
  'ready' | 'open' | 'write' | 'writeBoth' | 'end' | 'destroy' | 'closed' | 'writer'
>

/**
 * One open response that several rooms share, each through a channel of its own.
 *
 * @see PROTOCOL.md MS1 to MS16
 */
export class SharedStream implements Kept, Writer {
  /** In the order in which they catch up. */
  readonly #channels = new Set<Channel>()
  /** The one that the last `on` named. */
  #current: Channel | undefined
  #isExpiring = false

  constructor(private readonly response: SharedResponse) {
    response.writer = this
  }

  get ready(): boolean {
    return this.response.ready
  }

  /** Sends what comes before the first room. @see PROTOCOL.md MS2 */
  open(retryMs: number): void {
    this.response.open(() => {
      this.response.write(new SharedBytes(encodeEvent({ retry: retryMs })))
    })
  }

  /** Adds a channel; the stream ends with its last one. @param key names it in `on` */
  channel(key: string): Channel {
    const channel = new Channel(key, this)
    this.#channels.add(channel)
    return channel
  }

  /** @see PROTOCOL.md MS2, FR25 */
  write(channel: Channel, bytes: SharedBytes): void {
    if (this.#current === channel) return this.response.write(bytes)
    this.#current = channel
    this.response.writeBoth(channel.on, bytes)
  }

  /** Says a goodbye because the user of all channels expires; they all say it, and the first counts. MS16 */
  expire(bytes: SharedBytes): void {
    if (this.#isExpiring) return
    this.#isExpiring = true
    this.response.write(bytes)
  }

  ping(): void {
    if (this.ready) this.response.write(PING.patch)
  }

  goodbye(goodbye: Goodbye): void {
    this.response.write(new SharedBytes(goodbyeText('patch', goodbye)))
  }

  /** Removes a channel that has ended. @see PROTOCOL.md MS9 */
  remove(channel: Channel): void {
    this.#channels.delete(channel)
    if (this.#channels.size === 0) this.end()
  }

  end(): void {
    this.response.end()
  }

  destroy(): void {
    this.response.destroy()
  }

  /** Closes the socket: writing to it has failed. */
  fail(): void {
    this.destroy()
  }

  /** Ends all channels. Call it when the response has closed, however it closed. */
  closed(): void {
    this.response.closed()
    for (const channel of this.#channels) channel.finish('closed')
    this.#channels.clear()
  }

  /** Lets channels catch up while there is space, those first that have waited longest. @see PROTOCOL.md FR26 */
  catchUp(): void {
    // A copy, because those that were served go to the end.
    const waiting = [...this.#channels]
    for (const channel of waiting) {
      if (!this.ready) return
      if (!this.#channels.delete(channel)) continue
      this.#channels.add(channel)
      channel.writer?.catchUp()
    }
  }
}

/** One room's share of a response. */
export class Channel implements Outlet {
  /** The event that says that the next ones are of this channel. @see PROTOCOL.md MS2 */
  readonly on: SharedBytes
  readonly transport = 'shared-stream'
  writer: Writer | undefined
  /** Called when it ends, alone or with its stream. */
  onEnd: (how: ChannelEnd) => void = () => {}
  #isOver = false

  constructor(
    key: string,
    private readonly stream: SharedStream,
  ) {
    this.on = new SharedBytes(
      encodeEvent({ event: 'on', data: JSON.stringify({ key } satisfies On) }),
    )
  }

  get ready(): boolean {
    return !this.#isOver && this.stream.ready
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#isOver
  }

  write(bytes: SharedBytes): void {
    if (!this.#isOver) this.stream.write(this, bytes)
  }

  goodbye(bytes: SharedBytes): void {
    if (!this.#isOver) this.stream.expire(bytes)
  }

  /** Ends it because its room can't be opened. @see PROTOCOL.md MS8 */
  refuse(problem: Problem): void {
    this.write(new SharedBytes(encodeEvent({ event: 'refused', data: JSON.stringify(problem) })))
    this.end()
  }

  end(): void {
    if (this.#isOver) return
    this.finish('ended')
    this.stream.remove(this)
  }

  destroy(): void {
    this.stream.destroy()
  }

  /** Notes that it is over, and releases what it holds. */
  finish(how: ChannelEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.onEnd(how)
  }
}
