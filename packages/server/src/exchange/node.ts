import { randomBytes } from 'node:crypto'
import type { NodeId } from '../room/ids.js'

export type { NodeId } from '../room/ids.js'

/** Returns a name that no other node has ever had. */
export function newNode(): NodeId {
  return randomBytes(9).toString('base64url') as NodeId
}
