import { EventEmitter, on } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import {
  applyPatch,
  applySnapshot,
  EMPTY_ROOM,
  type Hello,
  type Json,
  type On,
  type Patch,
  type RoomState,
  type Snapshot,
} from '@whereabouts/protocol'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { DEADLINE_MS, within } from './deadline.js'
import { open, type CallOptions } from './http.js'

/** The longest wait for a heartbeat that only measures time. */
const SLOW_BEAT_MS = 500

/** One event as it arrived. Comments count as events named `comment`. */
export interface Arrived {
  /** `message` if the event has no name. */
  readonly name: string
  readonly id: string | undefined
  readonly data: Json
  /** The raw data; in a `document` event, it isn't JSON. */
  readonly text: string
  /** When it arrived, in ms of `performance.now()`. */
  readonly at: number
}

/** Opens a stream. The answer must be a stream. */
export async function openStream(url: string, options: CallOptions = {}): Promise<EventStream> {
  const response = await open(url, options)
  const type = response.headers['content-type'] ?? ''
  if (response.statusCode !== 200 || !type.startsWith('text/event-stream')) {
    response.destroy()
    throw new Error(`no stream at ${url}: ${response.statusCode} ${type}`)
  }
  return new EventStream(response)
}

/** The events of one room, and the room's state after them. */
export class RoomEvents {
  /** All events in order, including pings and comments. */
  readonly arrived: Arrived[] = []
  /** The room's state after the snapshots and patches so far. */
  state: RoomState = EMPTY_ROOM
  /** The last event id. */
  position: string | undefined
  readonly #changes = new EventEmitter()
  #isOver = false
  #taken = 0

  /** The content of the first event. */
  get hello(): Hello {
    return this.arrived.find(({ name }) => name === 'hello')?.data as unknown as Hello
  }

  /** The caller's own member id; empty for a caller who only watches. */
  get self(): string {
    return this.hello.self ?? ''
  }

  /** Returns the next untaken event of that name; without a name, any event except pings and comments. */
  async next(name?: string, deadlineMs?: number): Promise<Arrived> {
    const wanted = ({ name: its }: Arrived) => (name === undefined ? isNews(its) : its === name)
    const isThere = () => this.arrived.slice(this.#taken).some(wanted)
    await this.#until(isThere, name ?? 'an event', deadlineMs)
    this.#taken =
      this.arrived.findIndex((event, index) => index >= this.#taken && wanted(event)) + 1
    return this.arrived[this.#taken - 1]!
  }

  /** Waits until the room's state is as wanted. */
  async until(
    what: string,
    wanted: (state: RoomState) => boolean,
    deadlineMs = DEADLINE_MS,
  ): Promise<RoomState> {
    await this.#until(() => wanted(this.state), what, deadlineMs)
    return this.state
  }

  /**
   * Waits for `count` heartbeats from now, or for a limited time if heartbeats are rare. Returns the other
   * events that came meanwhile.
   */
  async quiet(count = 2): Promise<Arrived[]> {
    const from = this.arrived.length
    const beats = () => this.arrived.slice(from).filter(({ name }) => !isNews(name)).length
    const longestMs = count * SLOW_BEAT_MS
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
      this.#changes.emit('change')
    }, longestMs)
    const wanted = () => isOver || beats() >= count
    await this.#until(wanted, `${count} heartbeats`, longestMs + DEADLINE_MS)
    clearTimeout(timer)
    return this.arrived.slice(from).filter(({ name }) => isNews(name))
  }

  /** Every patch so far, in order. */
  get patches(): readonly Patch[] {
    return this.arrived
      .filter(({ name }) => name === 'patch')
      .map(({ data }) => data as unknown as Patch)
  }

  /** Adds an event. */
  take(arrived: Arrived): void {
    const { name, id, data } = arrived
    this.arrived.push(arrived)
    if (id !== undefined) this.position = id
    if (name === 'snapshot') this.state = applySnapshot(this.state, data as unknown as Snapshot)
    if (name === 'patch') this.state = applyPatch(this.state, data as unknown as Patch)
    this.#changes.emit('change')
  }

  /** No more events will come. */
  finish(): void {
    this.#isOver = true
    this.#changes.emit('change')
  }

  async #until(wanted: () => boolean, what: string, deadlineMs = DEADLINE_MS): Promise<void> {
    const over = AbortSignal.timeout(deadlineMs)
    const wait = async () => {
      if (wanted()) return
      for await (const _ of on(this.#changes, 'change', { signal: over })) {
        if (wanted()) return
        if (this.#isOver) throw new Error(`the stream ended before ${what}`)
      }
    }
    try {
      await wait()
    } catch (cause) {
      const came = this.arrived.map(({ name, data }) => `${name} ${JSON.stringify(data)}`)
      throw new Error(`no ${what}; what came: ${came.join('; ').slice(0, 2_000)}`, { cause })
    }
  }
}

/** Reads one stream, and keeps its events and the room's state after them. */
export class EventStream extends RoomEvents implements AsyncDisposable {
  readonly headers: IncomingHttpHeaders
  readonly retries: number[] = []
  /** The whole decompressed text. */
  text = ''
  /** Whether the transfer coding ended properly. */
  isWhole = false
  /** Resolves when either side has ended the stream. */
  readonly ended: Promise<void>
  readonly #response: IncomingMessage
  readonly #rooms = new Map<string, RoomEvents>()
  /** The room that the last `on` named. */
  #current: RoomEvents | undefined

  constructor(response: IncomingMessage) {
    super()
    this.#response = response
    this.headers = response.headers
    const parser = createParser({
      onEvent: (event) => this.#arrive(event),
      onComment: (data) => this.#arrive({ event: 'comment', data: JSON.stringify(data) }),
      onRetry: (retry) => this.retries.push(retry),
    })
    const isGzip = response.headers['content-encoding'] === 'gzip'
    const body = isGzip ? pipeline(response, createGunzip(), () => undefined) : response
    body.setEncoding('utf8')
    body.on('data', (chunk: string) => {
      this.text += chunk
      parser.feed(chunk)
    })
    body.once('end', () => {
      this.isWhole = true
    })
    // A stream that is cut off counts as ended; tests check what arrived before.
    response.on('error', () => undefined)
    this.ended = new Promise((resolve) => body.once('close', resolve))
    void this.ended.then(() => {
      for (const events of [this, ...this.#rooms.values()]) events.finish()
    })
  }

  /** The events of one room of a stream of several. @param key names it in `on` */
  room(key: string): RoomEvents {
    const known = this.#rooms.get(key)
    if (known !== undefined) return known
    const events = new RoomEvents()
    this.#rooms.set(key, events)
    return events
  }

  pause(): void {
    this.#response.pause()
  }

  resume(): void {
    this.#response.resume()
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    this.#response.destroy()
    await this.ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #arrive({ event = 'message', id, data }: EventSourceMessage): void {
    const json = event === 'document' ? null : (JSON.parse(data) as Json)
    const arrived = { name: event, id, data: json, text: data, at: performance.now() }
    if (event === 'on') this.#current = this.room((json as unknown as On).key)
    else this.#current?.take(arrived)
    this.take(arrived)
  }
}

/** Waits for the end of a stream. */
export function end(stream: EventStream, deadlineMs?: number): Promise<void> {
  return within(stream.ended, 'the end of the stream', deadlineMs)
}

const isNews = (name: string) => name !== 'ping' && name !== 'comment'
