import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Goodbye, Hello, Patch, Resync, Snapshot } from '@whereabouts/protocol'
import type { Calls } from './calls.js'
import { refusalOf } from './refusal.js'
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
    // Its position is on its last event: who is cut off before that gets all of it again. ST6
    const frame: Extract<RoomEvent, { position: string }>[] = []
    const parser = createParser({
      onEvent: (message) => {
        const event = readMessage(message)
        if ('position' in event) frame.push(event)
        else receive(event)
        // Also where it is on an event that isn't known. VE4
        const { id } = message
        if (id) for (const each of frame.splice(0)) receive({ ...each, position: id })
      },
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

/** Without the position, which is that of the frame. */
function readMessage({ event, data }: EventSourceMessage): RoomEvent {
  const position = ''
  switch (event) {
    case 'hello':
      return { kind: 'hello', hello: JSON.parse(data) as Hello }
    case 'snapshot':
      return { kind: 'snapshot', position, snapshot: JSON.parse(data) as Snapshot }
    case 'patch':
      return { kind: 'patch', position, patch: JSON.parse(data) as Patch }
    case 'document':
      return { kind: 'document', position, update: data }
    case 'resync':
      return { kind: 'resync', resync: JSON.parse(data) as Resync }
    case 'goodbye':
      return { kind: 'goodbye', ...(JSON.parse(data) as Goodbye) }
    case 'problem':
      return { kind: 'problem', problem: readProblem(data) }
    case 'ping':
      return { kind: 'ping' }
    default:
      return { kind: 'other' }
  }
}

function readProblem(data: string): Error {
  const problem = JSON.parse(data) as { readonly status: number }
  return refusalOf(problem.status, problem)
}
