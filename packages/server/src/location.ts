import { type Json, Problem } from '@whereabouts/protocol'

/** A rewritten JSON text can't grow by more than this factor: `1e20` becomes 21 digits. */
const LONGER_REWRITTEN = 6

/**
 * Checks the size of a location.
 *
 * @param textBytes the length of the JSON text that it was read from
 * @throws {Problem} too-large
 * @see PROTOCOL.md NM6
 */
export function checkLocation(location: Json, textBytes: number, limitBytes: number): void {
  // Nearly all locations are short, and measuring one takes longer than finding its member.
  if (textBytes * LONGER_REWRITTEN <= limitBytes) return
  if (Buffer.byteLength(JSON.stringify(location)) <= limitBytes) return
  const detail = `The location is too large. Send at most ${limitBytes} bytes of JSON.`
  throw new Problem('too-large', detail, { limitBytes })
}
