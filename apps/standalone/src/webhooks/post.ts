import type { Message } from './queue.js'
import { POST_MS } from './sender.js'
import { signatureOf } from './signature.js'

/** How much of an answer is read, so that its connection can be used again. */
const MOST_ANSWER_BYTES = 65_536
const MS_PER_SECOND = 1_000

/** Posts messages to an address. It follows no redirect. @see PROTOCOL.md WH2, WH4, WH5 */
export class WebhookPost {
  constructor(
    private readonly url: string,
    private readonly keys: readonly Uint8Array[],
  ) {}

  /** Resolves with what went wrong, if anything did; never rejects. */
  async send({ id, body }: Message, signal: AbortSignal): Promise<string | undefined> {
    const timestamp = Math.floor(Date.now() / MS_PER_SECOND)
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'whereabouts',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signatureOf(this.keys, id, timestamp, body),
        },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(POST_MS)]),
      })
      await readSome(response)
      return response.ok ? undefined : `it answered ${response.status}`
    } catch (error) {
      return reasonOf(error)
    }
  }
}

/** Reads a short answer to its end, and breaks off a long one. Its content means nothing. */
async function readSome({ body }: Response): Promise<void> {
  let bytes = 0
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength
      if (bytes > MOST_ANSWER_BYTES) break
    }
  } catch {
    // The status has come.
  }
}

/** `fetch` only says that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `it did not answer within ${POST_MS} ms`
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return (cause as NodeJS.ErrnoException).code ?? cause.message
}
