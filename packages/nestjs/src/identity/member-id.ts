import { createHmac } from 'node:crypto'

const MEMBER_ID_CHARACTERS = 16

/**
 * The public id of a member: the same on every node with this secret, and no way back to the key.
 *
 * @param userId empty in open mode
 * @see PROTOCOL.md ID3
 */
export function memberId(secret: string, room: string, userId: string, key: string): string {
  const hmac = createHmac('sha256', secret)
  for (const part of [room, userId, key]) hmac.update(`${Buffer.byteLength(part)}:${part}`)
  return hmac.digest('base64url').slice(0, MEMBER_ID_CHARACTERS)
}
