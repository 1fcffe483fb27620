import type { Member } from '@whereabouts/protocol'
import type { Operation, Origin } from './operation.js'
import type { Room } from './room.js'

/** The members that an operation may have changed, before and after it. */
export interface Change {
  readonly before: ReadonlyMap<string, Member>
  readonly after: ReadonlyMap<string, Member>
  /** How many members the room had, and has. */
  readonly sizeBefore: number
  readonly sizeAfter: number
}

/** Is told what happens in rooms. */
export interface Observer {
  changed(roomName: string, change: Change): void
  /** The room's document has an update that it didn't have. */
  documentChanged(roomName: string): void
}

/** Applies an operation to a room, and tells an observer what changed. @throws {Problem} as `Room.apply` */
export function applyObserved(
  room: Room,
  operation: Operation,
  origin: Origin,
  observer: Observer | undefined,
): void {
  if (observer === undefined) return room.apply(operation, origin)
  const before = concerned(room, operation)
  const sizeBefore = room.size
  room.apply(operation, origin)
  const after = concerned(room, operation)
  observer.changed(room.name, { before, after, sizeBefore, sizeAfter: room.size })
}

/** Returns the members that an operation may change, as they are now. */
function concerned(room: Room, operation: Operation): ReadonlyMap<string, Member> {
  if ('id' in operation) {
    const member = room.get(operation.id)
    return new Map(member && [[member.id, member]])
  }
  const mayChangeAll =
    operation.do === 'expire' || operation.do === 'gone' || operation.do === 'restate'
  if (!mayChangeAll) return new Map()
  return new Map(Array.from(room.members(), ({ member }) => [member.id, member]))
}
