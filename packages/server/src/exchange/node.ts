import { randomBytes } from 'node:crypto'

/** A name for a node that no other ever had. */
export function newNode(): string {
  return randomBytes(9).toString('base64url')
}
