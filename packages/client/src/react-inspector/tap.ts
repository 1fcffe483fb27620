import {
  applyPatch,
  applySnapshot,
  EMPTY_ROOM,
  type Hello,
  type Json,
  type Patch,
  type Problem,
  type Resync,
  type RoomState,
  type Snapshot,
} from '@whereabouts/protocol'
import type { EventSourceMessage } from 'eventsource-parser'
import { applyUpdate, Doc } from 'yjs'
import { checkAnswer } from '../answer.js'
import { Backoff } from '../backoff.js'
import { decodeBase64 } from '../base64.js'
import { channelOf } from '../document-channel.js'
import { Pause } from '../pause.js'
import { endingOf, isLasting } from '../refusal.js'
import type { AnyRoom } from '../room.js'
import { readMessages } from '../stream.js'
import { LiveRecording, type RecordingState } from './live-recording.js'

/** An event as it came on the stream. */
export interface TappedEvent {
  /** Counts them. */
  readonly number: number
  /** In ms since 1970. */
  readonly atMs: number
  readonly event: string
  readonly id: string | undefined
  /** Its text on the stream, cut. */
  readonly data: string
}

/** What a tap has at one moment. Replaced with every change. */
export interface TapState {
  readonly isLive: boolean
  /** Why it has ended. */
  readonly problem: Problem | null
  readonly room: RoomState
  /** The latest events, newest first. */
  readonly events: readonly TappedEvent[]
  /** The document; the same object, with another `version` when it has changed. */
  readonly document: Doc
  readonly version: number
  /** What is being recorded, or was. */
  readonly recording: RecordingState | null
}

/** How many events are kept to be shown. */
const MOST_EVENTS = 500
const MOST_CHARACTERS = 2_000
/** How often changes are told at most. */
const TOLD_EVERY_MS = 100
/** The silence after which a stream counts as lost, in heartbeats. */
const SILENT_HEARTBEATS = 2.5
const USUAL_HEARTBEAT_MS = 15_000

/**
 * A stream of a room's events of its own, as a viewer gets them, and what they say: the room and its document.
 * The stream is opened again when it ends.
 *
 * @see PROTOCOL.md IN9
 */
export class Tap {
  readonly #room: Pick<AnyRoom, 'subscribe'>
  readonly #listeners = new Set<() => void>()
  readonly #recording = new LiveRecording()
  readonly #document = new Doc()
  /** Whether a stream is open. */
  #isOpen = false
  /** Whether the document has to be fetched, once a position is known. */
  #lacksDocument = true
  /** Whether it was fetched. */
  #hasDocument = false
  #problem: Problem | null = null
  #state: RoomState = EMPTY_ROOM
  #position: string | null = null
  #roomName = ''
  #events: TappedEvent[] = []
  #count = 0
  #version = 0
  #heartbeatMs = USUAL_HEARTBEAT_MS
  #snapshot: TapState
  #telling: ReturnType<typeof setTimeout> | undefined
  #watchdog: ReturnType<typeof setTimeout> | undefined

  constructor(room: Pick<AnyRoom, 'subscribe'>) {
    this.#room = room
    this.#snapshot = this.#look()
  }

  readonly getSnapshot = (): TapState => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Begins; returns how to end it. */
  readonly start = (): (() => void) => {
    const life = new AbortController()
    void this.#run(life.signal)
    return () => {
      life.abort()
      clearTimeout(this.#watchdog)
      clearTimeout(this.#telling)
      this.#telling = undefined
    }
  }

  /** Begins to record: the room and the document as they are now, and then each event. */
  readonly record = (): void => {
    this.#recording.begin({
      room: this.#roomName,
      position: this.#position,
      state: this.#state,
      document: this.#document,
    })
    this.#tell()
  }

  readonly stopRecording = (): void => {
    this.#recording.stop()
    this.#tell()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff()
    await this.#joined(signal)
    while (!signal.aborted) {
      try {
        await this.#read(signal, backoff)
      } catch (error) {
        if (isLasting(error) && !signal.aborted) return this.#end(error)
      }
      if (signal.aborted) return
      this.#close()
      await pauseFor(backoff.next(), signal)
    }
  }

  /** A room of a `RoomProvider` is there before it is joined. */
  #joined(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isJoined(this.#room)) return
        end()
        resolve()
      }
      const end = this.#room.subscribe(look)
      signal.addEventListener('abort', end)
      look()
    })
  }

  async #read(signal: AbortSignal, backoff: Backoff): Promise<void> {
    const stream = new AbortController()
    const end = () => stream.abort()
    signal.addEventListener('abort', end)
    try {
      const response = await channelOf(this.#room).request(
        'events',
        { watch: '1', ...(this.#position !== null && { lastEventId: this.#position }) },
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
          signal: stream.signal,
        },
      )
      checkAnswer(response, 'text/event-stream')
      const message = (each: EventSourceMessage) => {
        this.#watch(end)
        this.#receive(each, stream.signal)
        if (each.event !== 'problem') backoff.reset()
      }
      await readMessages(response.body!, { message, retry: () => undefined })
    } finally {
      clearTimeout(this.#watchdog)
      signal.removeEventListener('abort', end)
    }
  }

  #watch(lost: () => void): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(lost, SILENT_HEARTBEATS * this.#heartbeatMs)
  }

  /** @throws {Error} if the event ends the stream */
  #receive({ event = 'message', data, id }: EventSourceMessage, signal: AbortSignal): void {
    const position = id === '' ? undefined : id
    this.#keep(event, position, data)
    const json = event === 'document' ? data : jsonOf(data)
    this.#recording.add(event, position, json)
    if (event === 'hello') this.#opened(json as object as Hello)
    if (event === 'snapshot') this.#state = applySnapshot(this.#state, json as object as Snapshot)
    if (event === 'patch') this.#state = applyPatch(this.#state, json as Patch)
    if (event === 'document') this.#updated(decodeBase64(data))
    if (event === 'resync') this.#lacksDocument ||= (json as Resync).document === true
    if (event === 'problem') throw endingOf(json as { readonly status: number })
    this.#tell()
    if (position === undefined) return
    this.#position = position
    if (this.#lacksDocument) void this.#fetchDocument(position, signal)
  }

  #opened({ room, heartbeatMs }: Hello): void {
    this.#roomName = room
    this.#heartbeatMs = heartbeatMs
    this.#isOpen = true
  }

  #updated(update: Uint8Array): void {
    applyUpdate(this.#document, update)
    this.#version += 1
  }

  async #fetchDocument(since: string, signal: AbortSignal): Promise<void> {
    this.#lacksDocument = false
    try {
      const response = await channelOf(this.#room).request('document', { since }, { signal })
      this.#updated(new Uint8Array(await response.arrayBuffer()))
      this.#hasDocument = true
      this.#recording.addDocument(this.#document, this.#position)
    } catch {
      // With the next event that has a position.
      this.#lacksDocument = true
    }
    this.#tell()
  }

  #keep(event: string, id: string | undefined, data: string): void {
    this.#count += 1
    const text = data.length > MOST_CHARACTERS ? `${data.slice(0, MOST_CHARACTERS)}…` : data
    const kept = { number: this.#count, atMs: Date.now(), event, id, data: text }
    this.#events = [kept, ...this.#events.slice(0, MOST_EVENTS - 1)]
  }

  #end(problem: Problem): void {
    this.#problem = problem
    this.#recording.stop()
    this.#close()
  }

  #close(): void {
    this.#isOpen = false
    this.#tell()
  }

  /** Soon: a busy room changes a hundred times a second. */
  #tell(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined
      this.#snapshot = this.#look()
      for (const listener of this.#listeners) listener()
    }, TOLD_EVERY_MS)
  }

  #look(): TapState {
    return {
      isLive: this.#isOpen && this.#hasDocument,
      problem: this.#problem,
      room: this.#state,
      events: this.#events,
      document: this.#document,
      version: this.#version,
      recording: this.#recording.state,
    }
  }
}

function isJoined(room: object): boolean {
  try {
    return channelOf(room) !== undefined
  } catch {
    return false
  }
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  const pause = new Pause()
  signal.addEventListener('abort', () => pause.end())
  await pause.for(ms)
}

function jsonOf(data: string): Json {
  try {
    return JSON.parse(data) as Json
  } catch {
    return data
  }
}
