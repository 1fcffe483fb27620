/** Returns whether an update of Yjs 13, or a state vector, is empty. */
export function isNothing(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}
