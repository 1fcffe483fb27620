import { readSyncAnswer, type SyncAnswer, type Updated } from '@whereabouts/protocol'
import { checkAnswer, readAnswer } from '../answer.js'
import type { DocumentLine } from '../document-line.js'

// Long enough for a large document on a slow line, short enough to notice a dead one.
const ANSWER_WITHIN_MS = 60_000
// Browsers let requests outlive their page while all of them together are below 64 KiB.
const MAX_KEEPALIVE_BYTES = 32_768
const BYTES_TYPE = 'application/octet-stream'

/**
 * What the server has, and what a state vector lacks of it; all that the room's events are past,
 * whichever of several servers is asked.
 *
 * @throws {Error} if somebody else answered
 * @see PROTOCOL.md DO20, EX8, CL18
 */
export async function syncDocument(
  line: DocumentLine,
  stateVector: Uint8Array,
  life: AbortSignal,
): Promise<SyncAnswer> {
  // The frame that says that something is missing is taken to its end first.
  await Promise.resolve()
  const since = line.position() ?? undefined
  const answer = await line.request(
    'document/sync',
    { since },
    {
      method: 'POST',
      headers: { 'content-type': BYTES_TYPE },
      body: Uint8Array.from(stateVector),
      signal: limited(life),
    },
  )
  checkAnswer(answer, BYTES_TYPE)
  const synced = readSyncAnswer(new Uint8Array(await answer.arrayBuffer()))
  if (synced === undefined) throw new Error('incomplete answer')
  return synced
}

/**
 * Resolves when the server has stored an update.
 *
 * @returns whether something of it waits for what the server doesn't have
 * @throws {Error} if somebody else answered
 * @see PROTOCOL.md DO2, DO9, DO21, CL18
 */
export async function postUpdate(
  line: DocumentLine,
  update: Uint8Array<ArrayBuffer>,
  idempotencyKey: string,
  life: AbortSignal,
): Promise<boolean> {
  const answer = await line.request(
    'document',
    {},
    {
      method: 'POST',
      headers: { 'content-type': BYTES_TYPE, 'idempotency-key': idempotencyKey },
      body: update,
      keepalive: update.length <= MAX_KEEPALIVE_BYTES,
      signal: limited(life),
    },
  )
  const updated = await readAnswer<Partial<Updated> | null>(answer)
  if (typeof updated?.id !== 'string') throw new Error('the answer has no position')
  return updated.pending === true
}

function limited(life: AbortSignal): AbortSignal {
  return AbortSignal.any([life, AbortSignal.timeout(ANSWER_WITHIN_MS)])
}
