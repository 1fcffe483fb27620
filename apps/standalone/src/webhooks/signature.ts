import { createHmac } from 'node:crypto'

/**
 * Returns the value of `webhook-signature`: a signature for each key.
 *
 * @param timestamp in seconds since 1970, as in `webhook-timestamp`
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureOf(
  keys: readonly Uint8Array[],
  id: string,
  timestamp: number,
  body: string,
): string {
  const sign = (key: Uint8Array) =>
    createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return keys.map((key) => `v1,${sign(key)}`).join(' ')
}
