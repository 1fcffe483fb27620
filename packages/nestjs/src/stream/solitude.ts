import type { Operation } from '../room/operation.js'
import type { RoomLimits } from '../room/room.js'

/** What happened to a room while nobody else could know of it. Bounded: the latest count. */
export class Solitude {
  /** Members who posted, the latest last. */
  readonly posted = new Set<string>()
  /** Members who left, the latest last, and when. */
  readonly left = new Map<string, number>()
  /** Whether the document took something in. */
  document = false

  constructor(private readonly limits: Pick<RoomLimits, 'maxMembers' | 'maxLeavers'>) {}

  note(operation: Operation, nowMs: number): void {
    if (operation.do === 'update') this.document = true
    if (operation.do === 'move' || operation.do === 'open') {
      this.left.delete(operation.id)
      if (operation.do === 'move') {
        this.posted.delete(operation.id)
        this.posted.add(operation.id)
        bound(this.posted, this.limits.maxMembers)
      }
    }
    if (operation.do === 'leave') {
      this.posted.delete(operation.id)
      this.left.delete(operation.id)
      this.left.set(operation.id, nowMs)
      bound(this.left, this.limits.maxLeavers)
    }
  }
}

function bound(ids: Set<string> | Map<string, number>, most: number): void {
  if (ids.size <= most) return
  const [oldest] = ids.keys()
  ids.delete(oldest!)
}
