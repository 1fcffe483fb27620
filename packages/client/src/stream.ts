import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Calls } from './calls.js'
import { endingOf } from './refusal.js'
import type { RoomEvent, Transport } from './transport.js'

/**
 * Returns a transport that reads the room's stream: as the answer to a `GET` or, for proxies that
 * buffer that, to a `POST`.
 *
 * @param position returns where to resume from; called when the stream is opened
 * @see PROTOCOL.md §8
 */
export function streamTransport(
  method: 'GET' | 'POST',
  calls: Calls,
  position: () => string | null,
): Transport {
  return async (receive, signal) => {
    const body = await calls.stream(method, position(), signal)
    await readMessages(body, {
      message: gatherFrames(receive),
      retry: (data) => receive({ kind: 'retry', data }),
    })
  }
}

/** Receives what is on a stream. */
export interface MessageListener {
  readonly message: (message: EventSourceMessage) => void
  readonly retry: (ms: number) => void
  /** All that came together has been reported. */
  readonly read?: () => void
}

/** Reads a stream until it ends. */
export async function readMessages(
  body: ReadableStream<Uint8Array>,
  { message, retry, read }: MessageListener,
): Promise<void> {
  const parser = createParser({ onEvent: message, onRetry: retry })
  const decoder = new TextDecoder()
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    parser.feed(decoder.decode(value, { stream: true }))
    read?.()
  }
}

/** Returns a function that turns messages into events, and gives the events of a frame its position. */
export function gatherFrames(
  receive: (event: RoomEvent) => void,
): (message: EventSourceMessage) => void {
  // The position is on the frame's last event, so a frame that was cut off comes again whole. ST6
  const frame: Extract<RoomEvent, { position: string }>[] = []
  return (message) => {
    const event = readMessage(message)
    if ('position' in event) frame.push(event)
    else receive(event)
    // The position may be on an event that this client doesn't know. VE4
    const { id } = message
    if (id) for (const each of frame.splice(0)) receive({ ...each, position: id })
  }
}

/**
 * Reads a message; its position isn't known before the end of the frame.
 *
 * @throws {Error} what a `problem` event says: a `Problem` if trying again can't help
 */
function readMessage({ event, data }: EventSourceMessage): RoomEvent {
  const position = ''
  switch (event) {
    case 'snapshot':
    case 'patch':
    case 'broadcast':
      return { kind: event, position, data: JSON.parse(data) }
    case 'document':
      return { kind: event, position, data }
    case 'hello':
    case 'can':
    case 'whisper':
    case 'resync':
    case 'goodbye':
      return { kind: event, data: JSON.parse(data) }
    case 'problem':
      throw endingOf(JSON.parse(data) as { readonly status: number })
    case 'ping':
      return { kind: event }
    default:
      return { kind: 'other' }
  }
}
