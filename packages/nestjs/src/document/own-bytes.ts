/**
 * The bytes in a buffer of their own, which can be handed to another thread: Node reads small bodies
 * into a buffer that they share with others. Copied only if need be.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  return whole ? new Uint8Array(buffer) : new Uint8Array(bytes)
}
