import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Calls } from './calls.js'
import { refusalOf } from './refusal.js'
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
    // The position is on the frame's last event, so a frame that was cut off comes again whole. ST6
    const frame: Extract<RoomEvent, { position: string }>[] = []
    const parser = createParser({
      onEvent: (message) => {
        const event = readMessage(message)
        if ('position' in event) frame.push(event)
        else receive(event)
        // The position may be on an event that this client doesn't know. VE4
        const { id } = message
        if (id) for (const each of frame.splice(0)) receive({ ...each, position: id })
      },
      onRetry: (retryMs) => receive({ kind: 'retry', data: retryMs }),
    })
    const decoder = new TextDecoder()
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
    }
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
      return { kind: event, position, data: JSON.parse(data) }
    case 'document':
      return { kind: event, position, data }
    case 'hello':
    case 'can':
    case 'resync':
    case 'goodbye':
      return { kind: event, data: JSON.parse(data) }
    case 'problem': {
      const problem = JSON.parse(data) as { readonly status: number }
      const refusal = refusalOf(problem.status, problem)
      // Its headers were fresh when the stream was opened. The next one has headers of its own. CL53
      throw problem.status === 401 ? new Error(refusal.message) : refusal
    }
    case 'ping':
      return { kind: event }
    default:
      return { kind: 'other' }
  }
}
