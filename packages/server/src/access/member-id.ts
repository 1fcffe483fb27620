import { createHmac } from 'node:crypto'
import type { MemberId, MemberKey, RoomName } from '../room/ids.js'

const MEMBER_ID_CHARACTERS = 16
/** The cache holds at least this many of the latest ids, and at most twice as many. */
const REMEMBERED = 10_000

/**
 * Returns the public id of a member. It is the same on every node with this secret, and doesn't reveal
 * the key.
 *
 * @param userId empty in open mode
 * @see PROTOCOL.md ID3, ID14
 */
export function memberId(
  secret: string,
  roomName: RoomName,
  userId: string,
  key: MemberKey,
): MemberId {
  const hmac = createHmac('sha256', secret)
  for (const part of [roomName, userId, key]) hmac.update(`${Buffer.byteLength(part)}:${part}`)
  return hmac.digest('base64url').slice(0, MEMBER_ID_CHARACTERS) as MemberId
}

/**
 * Caches the ids of recent members, because making one takes a tenth of the time of a whole post. The
 * cache has two halves: when the new one is full, it replaces the old one.
 */
export class MemberIds {
  #recent = new Map<string, MemberId>()
  #older = new Map<string, MemberId>()

  constructor(private readonly secret: string) {}

  of(roomName: RoomName, userId: string, key: MemberKey): MemberId {
    // Neither room names nor keys contain a space.
    const name = `${roomName} ${key} ${userId}`
    const known = this.#recent.get(name)
    if (known !== undefined) return known
    const id = this.#older.get(name) ?? memberId(this.secret, roomName, userId, key)
    if (this.#recent.size >= REMEMBERED) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(name, id)
    return id
  }
}
