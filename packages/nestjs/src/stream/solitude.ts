import type { Operation } from '../room/operation.js'
import type { RoomLimits } from '../room/room.js'

/** What happened to a room while nobody else could know of it. Bounded: the latest count. */
export class Solitude {
  /** Members who posted, the latest last. */
  readonly posted = new Set<string>()
  /** Members who left, the latest last. */
  readonly left = new Set<string>()
  /** Whether the document took something in. */
  document = false

  constructor(private readonly limits: Pick<RoomLimits, 'maxMembers' | 'maxLeavers'>) {}

  note(operation: Operation): void {
    if (operation.do === 'update') this.document = true
    if (operation.do === 'move' || operation.do === 'open') {
      this.left.delete(operation.id)
      if (operation.do === 'move') addBounded(this.posted, operation.id, this.limits.maxMembers)
    }
    if (operation.do === 'leave') {
      this.posted.delete(operation.id)
      addBounded(this.left, operation.id, this.limits.maxLeavers)
    }
  }
}

function addBounded(ids: Set<string>, id: string, most: number): void {
  ids.delete(id)
  ids.add(id)
  if (ids.size <= most) return
  const [oldest] = ids
  ids.delete(oldest!)
}
