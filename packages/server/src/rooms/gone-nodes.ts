import { type Exchange, ExchangeLost } from '../exchange/exchange.js'
import type { Room } from '../room/room.js'
import type { NodeId } from '../room/ids.js'

/** Answers which nodes of a room are no more; none if nobody can be asked now. */
export async function goneNodes(exchange: Exchange<unknown>, room: Room): Promise<NodeId[]> {
  // A node that speaks only from now on may be alive and not listed yet.
  const known = room.connections.nodes().filter((node) => node !== exchange.node)
  try {
    const alive = await exchange.nodes()
    return known.filter((node) => !alive.has(node))
  } catch (error) {
    // It is asked again when the room begins again.
    if (error instanceof ExchangeLost) return []
    throw error
  }
}
