import type { DocumentLine } from '../document-line.js'
import { encodeBase64url } from './base64.js'

// Long enough for a large document on a slow line, short enough to notice a dead one.
const ANSWER_WITHIN_MS = 60_000
// A request line has to fit into what servers and proxies read of it, usually 8 KiB.
const MAX_STATE_VECTOR_CHARACTERS = 4_096
// Browsers let requests outlive their page while all of them together are below 64 KiB.
const MAX_KEEPALIVE_BYTES = 32_768

/**
 * What the server has and a state vector doesn't; all that the room's events are past, whichever of
 * several servers is asked.
 *
 * @see PROTOCOL.md DO1, EX8
 */
export async function fetchDocument(
  line: DocumentLine,
  stateVector: Uint8Array,
  life: AbortSignal,
): Promise<Uint8Array> {
  // The frame that says that something is missing is taken to its end first.
  await Promise.resolve()
  const since = line.position() ?? undefined
  const text = encodeBase64url(stateVector)
  // A document that many have edited has a long one: then the whole is asked for.
  const sv = text.length > MAX_STATE_VECTOR_CHARACTERS ? undefined : text
  const attempt = new AbortController()
  const giveUp = () => attempt.abort()
  const limit = setTimeout(giveUp, ANSWER_WITHIN_MS)
  life.addEventListener('abort', giveUp)
  try {
    const response = await line.request('document', { sv, since }, { signal: attempt.signal })
    return new Uint8Array(await response.arrayBuffer())
  } finally {
    clearTimeout(limit)
    life.removeEventListener('abort', giveUp)
  }
}

/** Resolves when the server has stored an update. @see PROTOCOL.md DO2, DO9 */
export async function postUpdate(
  line: DocumentLine,
  update: Uint8Array,
  idempotencyKey: string,
): Promise<void> {
  await line.request(
    'document',
    {},
    {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'idempotency-key': idempotencyKey,
      },
      body: Uint8Array.from(update),
      keepalive: update.length <= MAX_KEEPALIVE_BYTES,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    },
  )
}
