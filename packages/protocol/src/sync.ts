/** The answer to a sync: what the server has, and the update that the caller lacks. @see PROTOCOL.md DO20 */
export interface SyncAnswer {
  /** The server's state vector, as Yjs encodes it; nothing below it is missing. */
  readonly vector: Uint8Array
  /** An update in version 1 of Yjs's encoding, with every deletion that the server knows. */
  readonly update: Uint8Array
}

/** Encodes the answer to a sync: both parts, each after its length, as lib0 encodes byte arrays. */
export function writeSyncAnswer({ vector, update }: SyncAnswer): Uint8Array<ArrayBuffer> {
  const lengths = [vector, update].map(({ length }) => varUint(length))
  const bytes = new Uint8Array(
    vector.length + update.length + lengths.reduce((sum, { length }) => sum + length, 0),
  )
  let at = 0
  for (const part of [lengths[0]!, vector, lengths[1]!, update]) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Decodes the output of `writeSyncAnswer()`; returns `undefined` if it is cut off or something follows. */
export function readSyncAnswer(bytes: Uint8Array): SyncAnswer | undefined {
  const vector = readPart(bytes, 0)
  const update = vector && readPart(bytes, vector.end)
  if (update?.end !== bytes.length) return undefined
  return { vector: vector!.part, update: update.part }
}

/** Encodes a number in seven bits a byte, the lowest first; the highest bit means that more follow. */
function varUint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return [...bytes, rest]
}

function readPart(
  bytes: Uint8Array,
  start: number,
): { readonly part: Uint8Array; readonly end: number } | undefined {
  let length = 0
  let at = start
  let byte = 128
  for (let scale = 1; byte > 127; scale *= 128, at += 1) {
    byte = bytes[at] ?? Number.NaN
    length += (byte % 128) * scale
  }
  const end = at + length
  // Also false if a byte of the length is missing.
  return end <= bytes.length ? { part: bytes.subarray(at, end), end } : undefined
}
