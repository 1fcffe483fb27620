import type { Operation } from '../room/operation.js'
import type { RoomLimits } from '../room/room-state.js'

/** The operations of a room while other nodes are unreachable. Bounded: the oldest is dropped. */
export class Solitude {
  /** Members who posted, the latest last, and when. */
  readonly posted = new Map<string, number>()
  /** Members who left, the latest last, and when. */
  readonly left = new Map<string, number>()

  /** How many broadcasts only this node's readers had. */
  broadcasts = 0

  constructor(private readonly limits: Pick<RoomLimits, 'maxMembers' | 'maxLeavers'>) {}

  get hasNews(): boolean {
    return this.posted.size > 0 || this.left.size > 0 || this.broadcasts > 0
  }

  /** @param nowMs the time on this node's own clock */
  note(operation: Operation, nowMs: number): void {
    if (operation.do === 'broadcast') this.broadcasts += 1
    if (operation.do === 'move' || operation.do === 'open') {
      this.left.delete(operation.id)
      if (operation.do === 'move') put(this.posted, operation.id, nowMs, this.limits.maxMembers)
    }
    if (operation.do === 'leave') {
      this.posted.delete(operation.id)
      put(this.left, operation.id, nowMs, this.limits.maxLeavers)
    }
  }
}

/** Moves an id to the end, and removes the first one if there are too many. */
function put(times: Map<string, number>, id: string, atMs: number, most: number): void {
  times.delete(id)
  times.set(id, atMs)
  if (times.size <= most) return
  const [oldest] = times.keys()
  times.delete(oldest!)
}
