/** The answer to a sync: what the server has, and the update that the caller lacks. @see PROTOCOL.md DO20 */
export interface SyncAnswer {
  /** The server's state vector, as Yjs encodes it; nothing below it is missing. */
  readonly vector: Uint8Array
  /** An update in version 1 of Yjs's encoding, with every deletion that the server knows. */
  readonly update: Uint8Array
  /** Names the document, in ASCII, or says that there is none. @see PROTOCOL.md DO47 */
  readonly incarnation: string
}

/**
 * Bytes in a buffer of their own, not in shared memory: `Uint8Array<ArrayBuffer>`, which TypeScript has no
 * name for before 5.7.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>

const PARTS = 3

/** Encodes the answer to a sync: its parts, each after its length, as lib0 encodes byte arrays. */
export function writeSyncAnswer({ vector, update, incarnation }: SyncAnswer): OwnBytes {
  const parts = [vector, update, Uint8Array.from(incarnation, (each) => each.charCodeAt(0))]
  const encoded = parts.flatMap((part) => [varUint(part.length), part])
  const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const each of encoded) {
    bytes.set(each, at)
    at += each.length
  }
  return bytes
}

/** Decodes the output of `writeSyncAnswer()`; returns `undefined` if it is cut off or something follows. */
export function readSyncAnswer(bytes: Uint8Array): SyncAnswer | undefined {
  const parts: Uint8Array[] = []
  let end = 0
  while (parts.length < PARTS) {
    const read = readPart(bytes, end)
    if (read === undefined) return undefined
    parts.push(read.part)
    end = read.end
  }
  if (end !== bytes.length) return undefined
  const [vector, update, incarnation] = parts as [Uint8Array, Uint8Array, Uint8Array]
  return { vector, update, incarnation: String.fromCharCode(...incarnation) }
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
