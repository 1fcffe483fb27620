import { type Exchange, ExchangeLost } from '../exchange/exchange.js'
import type { Room } from '../room/room.js'
import type { NodeId } from '../room/ids.js'

/** Returns the nodes of a room that are gone, or an empty list while the exchange is lost. */
export async function goneNodes(exchange: Exchange<unknown>, room: Room): Promise<NodeId[]> {
  // The room's nodes are read before the list of live nodes, since a new node may not be listed yet.
  const known = room.connections.nodes().filter((node) => node !== exchange.node)
  try {
    const alive = await exchange.nodes()
    return known.filter((node) => !alive.has(node))
  } catch (error) {
    // This runs again when the room begins again.
    if (error instanceof ExchangeLost) return []
    throw error
  }
}
