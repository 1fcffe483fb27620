import { hkdfSync } from 'node:crypto'
import { EncryptJWT, jwtDecrypt } from 'jose'

/**
 * Encrypts an object as a text that only a server with the same secret can read or create.
 *
 * @see PROTOCOL.md OP25
 */
export class Sealed<T extends object> {
  readonly #key: Uint8Array

  /** @param purpose another one has another key, so that no text counts for what it wasn't made for */
  constructor(secret: string, purpose: string) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', `whereabouts ${purpose}`, 32))
  }

  /** @param untilMs when it stops counting */
  seal(content: T, untilMs: number): Promise<string> {
    return new EncryptJWT({ content })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setExpirationTime(Math.ceil(untilMs / 1_000))
      .encrypt(this.#key)
  }

  /** Decrypts a text; `undefined` if it wasn't sealed with this key or has expired. */
  async open(text: string): Promise<T | undefined> {
    try {
      const { payload } = await jwtDecrypt<{ content: T }>(text, this.#key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      })
      return payload.content
    } catch {
      // The text is cut off, forged, expired, or sealed with another secret.
      return undefined
    }
  }
}
