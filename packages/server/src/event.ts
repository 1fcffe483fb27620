import { type Json, Problem } from '@whereabouts/protocol'

/** Far more than an event needs; what walks through JSON by recursion takes this many steps. */
const MOST_LEVELS = 64

/**
 * Checks the size and the nesting of an event.
 *
 * @throws {Problem} too-large, bad-parameter
 * @see PROTOCOL.md EV2
 */
export function checkEvent(event: Json, limitBytes: number): void {
  // First, since writing it as JSON walks through it, too.
  if (isDeeper(event, MOST_LEVELS)) {
    const detail = `The event is nested more deeply than ${MOST_LEVELS} levels. Send a flatter one.`
    throw new Problem('bad-parameter', detail, { parameter: 'event' })
  }
  if (Buffer.byteLength(JSON.stringify(event)) <= limitBytes) return
  const detail = `The event is too large. Send at most ${limitBytes} bytes of JSON.`
  throw new Problem('too-large', detail, { limitBytes })
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1))
}
