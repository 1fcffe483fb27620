import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { isRoomName } from '@whereabouts/protocol'
import type { ListPlace } from '../document/lists.js'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
const PLACE = /^(\d{1,16})\.(\S+) *$/
/** As long as the longest: a time, and a room's name of 128 characters. The length of a place tells nothing. */
const PLACE_LENGTH = 145
/** More than any place has. */
const MAX_TEXT = 400

/**
 * Writes places in lists so that their reader can't read them: a page may end at a document that its user may
 * no longer watch, whose name and times are nobody else's business.
 *
 * @see PROTOCOL.md HM3, HM4
 */
export class ListPlaces {
  readonly #key: Buffer

  /** @param secret that all nodes have */
  constructor(secret: string) {
    this.#key = createHmac('sha256', secret).update('places in lists').digest()
  }

  /** Returns a place as a text for one user. */
  seal({ updatedAtMs, roomName }: ListPlace, userId: string): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.#key, iv).setAAD(Buffer.from(userId))
    const place = `${updatedAtMs}.${roomName}`.padEnd(PLACE_LENGTH)
    const sealed = [cipher.update(place), cipher.final()]
    return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64url')
  }

  /** Returns the place that a text says; `undefined` if it wasn't sealed for this user. */
  open(text: string, userId: string): ListPlace | undefined {
    if (text.length > MAX_TEXT) return undefined
    const [, ms, roomName] = PLACE.exec(this.#decrypted(text, userId) ?? '') ?? []
    return isRoomName(roomName) ? { updatedAtMs: Number(ms), roomName } : undefined
  }

  #decrypted(text: string, userId: string): string | undefined {
    const bytes = Buffer.from(text, 'base64url')
    const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)
    if (tag.length < TAG_BYTES) return undefined
    const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(0, IV_BYTES))
    decipher.setAAD(Buffer.from(userId)).setAuthTag(tag)
    try {
      const said = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES))
      return Buffer.concat([said, decipher.final()]).toString()
    } catch {
      // It is another user's, another server's, or made up.
      return undefined
    }
  }
}
