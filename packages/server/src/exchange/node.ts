import { randomBytes } from 'node:crypto'
import type { NodeId } from '../room/ids.js'

export type { NodeId } from '../room/ids.js'

/** A name for a node that no other ever had. */
export function newNode(): NodeId {
  return randomBytes(9).toString('base64url') as NodeId
}
