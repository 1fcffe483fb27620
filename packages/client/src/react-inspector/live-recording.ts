import type { Json, RoomState } from '@whereabouts/protocol'
import { type Doc, encodeStateAsUpdate } from 'yjs'
import { encodeBase64 } from '../base64.js'
import { RecordingWriter } from '../recording/format.js'

/** What is being recorded, or was. */
export interface RecordingState {
  readonly isRunning: boolean
  /** Whether it has ended because it was too large. */
  readonly isFull: boolean
  readonly events: number
  readonly bytes: number
  readonly room: string
  readonly startedAtMs: number
  /** Returns the file so far. */
  readonly text: () => string
}

/** What there is when a recording begins. */
export interface Beginning {
  readonly room: string
  readonly position: string | null
  readonly state: RoomState
  readonly document: Doc
}

/** Records the events of a room while somebody wants that. @see PROTOCOL.md IN12, IN13 */
export class LiveRecording {
  #writer: RecordingWriter | null = null
  #isRunning = false
  #sinceMs = 0
  #header = { room: '', startedAtMs: 0 }

  get state(): RecordingState | null {
    const writer = this.#writer
    if (writer === null) return null
    const { events, bytes, isFull } = writer
    const text = () => writer.text()
    return { isRunning: this.#isRunning, isFull, events, bytes, ...this.#header, text }
  }

  begin({ room, position, state, document }: Beginning): void {
    this.#header = { room, startedAtMs: Date.now() }
    this.#writer = new RecordingWriter(this.#header)
    this.#isRunning = true
    this.#sinceMs = performance.now()
    const { watching, locks } = state
    const members = [...state.members.values()]
    this.add('snapshot', undefined, { members, watching, locks })
    this.addDocument(document, position)
  }

  /** Adds the whole document. */
  addDocument(document: Doc, position: string | null): void {
    this.add('document', position ?? undefined, encodeBase64(encodeStateAsUpdate(document)))
  }

  add(event: string, id: string | undefined, data: Json): void {
    if (!this.#isRunning) return
    const atMs = Math.round(performance.now() - this.#sinceMs)
    const line = { atMs, event, ...(id !== undefined && { id }), data }
    this.#isRunning = this.#writer!.add(line)
  }

  stop(): void {
    this.#isRunning = false
  }
}
