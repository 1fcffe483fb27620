import type { NodeId } from '../../packages/server/src/exchange/node.js'

/** A node that a test names itself. */
export const nodeId = (name: string): NodeId => name as NodeId
