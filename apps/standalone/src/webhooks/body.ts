import type { Happening } from '@whereabouts/server'

/** Returns the body of a message. @see PROTOCOL.md WH4 */
export function bodyOf({ type, ...data }: Happening, timestamp = new Date().toISOString()): string {
  return JSON.stringify({ type, timestamp, data })
}

/** Returns the body of the message that some were dropped. */
export function missedBody(count: number): string {
  return bodyOf({ type: 'missed', count })
}
