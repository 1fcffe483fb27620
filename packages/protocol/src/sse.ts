/** One Server-Sent Event. */
export interface SseEvent {
  /** The reader's `lastEventId` after this event. */
  readonly id?: string | undefined
  /** The name of the event. @default message */
  readonly event?: string | undefined
  readonly data?: string | undefined
  /** How long the reader waits before it connects again, in ms. */
  readonly retry?: number | undefined
}

/** A comment, which keeps a connection alive without an event. */
export const SSE_COMMENT = ':\n\n'

/**
 * Encodes one event for the wire. Data with line breaks becomes several lines.
 *
 * @throws {TypeError} if `id` or `event` contains CR, LF or NUL, or `data` contains NUL: a reader would
 *   see another event, or lose its position
 * @see PROTOCOL.md ST12
 */
export function encodeEvent({ id, event, data, retry }: SseEvent): string {
  let text = ''
  if (retry !== undefined) text += `retry: ${retry}\n`
  if (id !== undefined) text += `id: ${singleLine('id', id)}\n`
  if (event !== undefined) text += `event: ${singleLine('event', event)}\n`
  if (data !== undefined) text += dataLines(data)
  return `${text}\n`
}

function dataLines(data: string): string {
  // JSON contains none of these, so that this check is its whole cost.
  if (!/[\r\n\0]/.test(data)) return `data: ${data}\n`
  if (data.includes('\0')) throw new TypeError("an event's data can't contain NUL")
  return `data: ${data.replace(/\r\n|\r|\n/g, '\ndata: ')}\n`
}

function singleLine(field: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new TypeError(`an event's ${field} must be a single line`)
  return value
}
