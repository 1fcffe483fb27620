import { readSyncAnswer, type SyncAnswer, type Updated } from '@whereabouts/protocol'
import { checkAnswer, readAnswer } from '../answer.js'
import type { DocumentChannel } from '../document-channel.js'
import type { KnownDocument } from './known-document.js'

// Long enough for a large document on a slow connection, short enough to detect a dead one.
const SYNCED_WITHIN_MS = 60_000
// Longer than the server works on an update. A network that was gone can leave a request without an answer for good.
const POSTED_WITHIN_MS = 15_000
const SLOWEST_BYTES_PER_MS = 5
// Browsers limit all keepalive requests of a page together to 64 KiB; some count addresses and headers.
const MAX_ALL_KEEPALIVE_BYTES = 62_000
const MAX_KEEPALIVE_BYTES = 32_768
const BYTES_TYPE = 'application/octet-stream'

/**
 * Fetches the server's state vector, and the update from the given state vector to it. On several
 * servers, the answer includes everything that the room's events have delivered.
 *
 * @throws {Error} if something else than the server answered
 * @see PROTOCOL.md DO20, EX8, CL18
 */
export async function syncDocument(
  channel: DocumentChannel,
  stateVector: Uint8Array,
  life: AbortSignal,
): Promise<SyncAnswer> {
  // Process the rest of the frame first: it moves the position.
  await Promise.resolve()
  const since = channel.position() ?? undefined
  const answer = await channel.request(
    'document/sync',
    { since },
    {
      method: 'POST',
      headers: { 'content-type': BYTES_TYPE },
      body: Uint8Array.from(stateVector),
      signal: limited(life, SYNCED_WITHIN_MS),
    },
  )
  checkAnswer(answer, BYTES_TYPE)
  const synced = readSyncAnswer(new Uint8Array(await answer.arrayBuffer()))
  if (synced === undefined) throw new Error('incomplete answer')
  return synced
}

/**
 * Posts an update; resolves when the server has stored it.
 *
 * @param known of the document that the update is for
 * @returns whether part of it waits for an update that the server doesn't have
 * @throws {Error} if something else than the server answered
 * @see PROTOCOL.md DO2, DO9, DO21, DO48, CL18, CL134, HY11
 */
export async function postUpdate(
  channel: DocumentChannel,
  known: KnownDocument | null,
  update: Uint8Array<ArrayBuffer>,
  idempotencyKey: string,
  life: AbortSignal,
): Promise<boolean> {
  const answer = await channel.request('document', parametersOf(channel, known), {
    ...posting(update, idempotencyKey),
    keepalive: outlivesPage(update.length),
    signal: life,
    sending: () => limited(life, postedWithinMs(update.length)),
  })
  const updated = await readAnswer<Partial<Updated> | null>(answer)
  if (typeof updated?.id !== 'string') throw new Error('the answer has no position')
  channel.posted(updated.id)
  return updated.pending === true
}

/** Returns how large the last post of a page may be, beside the one in flight. */
export function lastPostBytes(inFlightBytes: number): number {
  return MAX_ALL_KEEPALIVE_BYTES - (outlivesPage(inFlightBytes) ? inFlightBytes : 0)
}

/** Posts an update from a page that goes away. @see PROTOCOL.md CL67 */
export function postLastUpdate(
  channel: DocumentChannel,
  known: KnownDocument | null,
  update: Uint8Array<ArrayBuffer>,
  idempotencyKey: string,
): void {
  channel.requestLast('document', parametersOf(channel, known), posting(update, idempotencyKey))
}

function parametersOf({ member }: DocumentChannel, known: KnownDocument | null) {
  // It may have to come back. SR25
  const owned = known?.isOwn === true ? '1' : undefined
  return { member, incarnation: known?.incarnation, owned }
}

function posting(body: Uint8Array<ArrayBuffer>, idempotencyKey: string): RequestInit {
  const headers = { 'content-type': BYTES_TYPE, 'idempotency-key': idempotencyKey }
  return { method: 'POST', headers, body }
}

/** Returns whether a browser completes a post of this size after its page is gone. */
function outlivesPage(bytes: number): boolean {
  return bytes <= MAX_KEEPALIVE_BYTES
}

function postedWithinMs(bytes: number): number {
  return POSTED_WITHIN_MS + Math.ceil(bytes / SLOWEST_BYTES_PER_MS)
}

function limited(life: AbortSignal, ms: number): AbortSignal {
  return AbortSignal.any([life, AbortSignal.timeout(ms)])
}
