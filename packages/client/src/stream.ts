import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { Problem } from '@whereabouts/protocol'
import type { Calls } from './calls.js'
import type { RoomEvent, Transport } from './transport.js'

/**
 * The room's stream as the answer to a `GET` or, for proxies that hold that back, to a `POST`.
 *
 * @param position where to resume from, asked when the stream is opened.
 * @see PROTOCOL.md §7
 */
export function streamTransport(
  method: 'GET' | 'POST',
  calls: Calls,
  position: () => string | null,
): Transport {
  return async (receive, signal) => {
    const body = await calls.stream(method, position(), signal)
    const parser = createParser({
      onEvent: (message) => receive(readMessage(message)),
      onRetry: (retryMs) => receive({ kind: 'retry', retryMs }),
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

function readMessage({ event, id = '', data }: EventSourceMessage): RoomEvent {
  switch (event) {
    case 'hello':
      return { kind: 'hello', hello: JSON.parse(data) }
    case 'snapshot':
      return { kind: 'snapshot', position: id, snapshot: JSON.parse(data) }
    case 'patch':
      return { kind: 'patch', position: id, patch: JSON.parse(data) }
    case 'goodbye':
      return { kind: 'goodbye', ...JSON.parse(data) }
    case 'problem':
      return { kind: 'problem', problem: readProblem(data) }
    case 'ping':
      return { kind: 'ping' }
    default:
      return { kind: 'other' }
  }
}

function readProblem(data: string): Problem {
  return Problem.fromJSON(JSON.parse(data)) ?? new Problem('internal', data)
}
