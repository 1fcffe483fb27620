import type { Json, Member } from '@whereabouts/protocol'
import type { RoomSnapshot } from '../store.js'
import type { IsEqual, Merge } from './selection.js'

/** A member's id, and what was made of the member. */
export type Mapped<Value> = readonly (readonly [id: string, value: Value])[]

/** Returns the own member; `null` while this client isn't one. */
export function selfOf<Location extends Json, Meta extends Json>({
  self,
  members,
}: RoomSnapshot<Location, Meta>): Member<Location, Meta> | null {
  return members.find(({ id }) => id === self) ?? null
}

/** Who holds a lock. */
export interface Holding<Location extends Json, Meta extends Json> {
  /** Whether somebody does; `false` while the room isn't live. */
  readonly isLocked: boolean
  /** `null` also if the member isn't shown, as in a view of another part. */
  readonly holder: Member<Location, Meta> | null
  /** Whether this client does, as the room shows it: a release is shown once the server has made it. */
  readonly isMine: boolean
}

/** Returns a function that says who holds a key. */
export function holdingOf<Location extends Json, Meta extends Json>(
  key: string,
): (snapshot: RoomSnapshot<Location, Meta>) => Holding<Location, Meta> {
  return ({ locks, members, self }) => {
    const id = Object.hasOwn(locks, key) ? locks[key]!.memberId : undefined
    const holder = members.find((member) => member.id === id) ?? null
    return { isLocked: id !== undefined, holder, isMine: id !== undefined && id === self }
  }
}

/** Returns whether the room has been seen, or can't be. */
export function hasOpened({ status }: RoomSnapshot): boolean {
  return status !== 'connecting'
}

/** Returns a function that makes something of each of the other members. */
export function mapOthers<Location extends Json, Meta extends Json, Value>(
  map: (member: Member<Location, Meta>) => Value,
): (snapshot: RoomSnapshot<Location, Meta>) => Mapped<Value> {
  return ({ others }) => others.map((member) => [member.id, map(member)])
}

/** Keeps the pairs that are equal, and the whole if all are. */
export function keepPairs<Value>(isEqual: IsEqual<Value>): Merge<Mapped<Value>> {
  return (before, now) => {
    const known = new Map(before.map((pair) => [pair[0], pair]))
    const merged = now.map((pair) => {
      const kept = known.get(pair[0])
      return kept !== undefined && isEqual(kept[1], pair[1]) ? kept : pair
    })
    const isSame =
      merged.length === before.length && merged.every((pair, at) => pair === before[at])
    return isSame ? before : merged
  }
}
