import { applyUpdate, Doc } from 'yjs'
import { decodeBase64 } from '../base64.js'
import { has, isEvent, isHeader, isShallow } from './check-event.js'
import {
  FORMAT,
  FORMAT_VERSION,
  MOST_BYTES,
  MOST_LINES,
  type RecordedEvent,
  type RecordingHeader,
} from './format.js'

/** A recording that was read. */
export interface Recording extends RecordingHeader {
  readonly events: readonly RecordedEvent[]
  /** How long it is. */
  readonly durationMs: number
  /** The number of the line, counted from 1, that can't be read; what comes before it is here. */
  readonly damagedLine: number | null
}

/** Why a file can't be played: it is another file, was written by a later version, or is too large. */
export type RecordingFault = 'not-a-recording' | 'other-version' | 'too-large'

const SENTENCES: { readonly [fault in RecordingFault]: string } = {
  'not-a-recording': 'This file is not a recording of whereabouts.',
  'other-version': 'This recording was made by another version of whereabouts.',
  'too-large': 'This file is too large: a recording has at most 32 MiB and 100,000 lines.',
}

/** Thrown for a file that isn't a recording. Its message is a sentence for a person. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'

  constructor(readonly fault: RecordingFault) {
    super(SENTENCES[fault])
  }
}

/**
 * Reads a recording. A line that is damaged ends it, such as the last one of a file that was cut off.
 *
 * @throws {RecordingError} if the text isn't a recording
 * @example readRecording(readFileSync('budget.ndjson', 'utf8')).events.length // 412
 * @see PROTOCOL.md IN14
 */
export function readRecording(text: string): Recording {
  if (text.length > MOST_BYTES) throw new RecordingError('too-large')
  const lines = text.split('\n', MOST_LINES + 2)
  const { room, startedAtMs } = headerOf(lines.shift() ?? '')
  // Behind the last line break is nothing.
  if (lines.at(-1) === '') lines.pop()
  if (lines.length >= MOST_LINES) throw new RecordingError('too-large')
  const reader = new EventReader()
  const end = lines.findIndex((line) => !reader.read(line))
  const { events } = reader
  const durationMs = events.at(-1)?.atMs ?? 0
  return { room, startedAtMs, events, durationMs, damagedLine: end < 0 ? null : end + 2 }
}

/** Reads events, one after the other, as long as they can be played. */
class EventReader {
  readonly events: RecordedEvent[] = []
  /** Whether an update can be applied only applying it says. */
  readonly #doc = new Doc()

  /** Returns `false` for a line that can't be played. */
  read(line: string): boolean {
    const event = parsed(line)
    const sinceMs = this.events.at(-1)?.atMs ?? 0
    if (!isEvent(event) || event.atMs < sinceMs || !this.#applies(event)) return false
    this.events.push(event)
    return true
  }

  #applies(event: RecordedEvent): boolean {
    try {
      applyDocument(this.#doc, event)
      return true
    } catch {
      return false
    }
  }
}

/** Applies an event to a document; only a `document` changes it. @throws {Error} if it is damaged */
export function applyDocument(doc: Doc, { event, data }: RecordedEvent): void {
  if (event === 'document') applyUpdate(doc, decodeBase64(data as string))
}

/** @throws {RecordingError} */
function headerOf(line: string): RecordingHeader {
  const header = parsed(line)
  if (!has(header, { format: (format) => format === FORMAT }))
    throw new RecordingError('not-a-recording')
  if (!has(header, { version: (version) => version === FORMAT_VERSION }))
    throw new RecordingError('other-version')
  if (!isHeader(header)) throw new RecordingError('not-a-recording')
  return header
}

function parsed(line: string): unknown {
  if (!isShallow(line)) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
