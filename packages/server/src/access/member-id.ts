import { createHmac } from 'node:crypto'
import type { MemberId, MemberKey, RoomName } from '../room/ids.js'

const MEMBER_ID_CHARACTERS = 16
/** How many ids are remembered at least; at most twice that. */
const REMEMBERED = 10_000

/**
 * The public id of a member: the same on every node with this secret, and no way back to the key.
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
 * The ids of those who were here lately, since making one costs a tenth of what a whole post does.
 * Which were used lately is known by halves: when the new half is full, the old one goes.
 */
export class MemberIds {
  #recent = new Map<string, MemberId>()
  #older = new Map<string, MemberId>()

  constructor(private readonly secret: string) {}

  of(roomName: RoomName, userId: string, key: MemberKey): MemberId {
    // Neither rooms nor keys have a space in them.
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
