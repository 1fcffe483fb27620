import type { Member, RoomAnswer, Snapshot } from '@whereabouts/protocol'

// Cached because each new reader and each poll without a position gets all members, and most of them are
// the same as in the last one. Members are immutable.
const texts = new WeakMap<Member, string>()

/** Returns the JSON text of a snapshot, and of what else is told with it. */
export function snapshotText({ members, ...rest }: Snapshot | RoomAnswer): string {
  return `{"members":[${members.map(textOf).join(',')}],${JSON.stringify(rest).slice(1)}`
}

function textOf(member: Member): string {
  const known = texts.get(member)
  if (known !== undefined) return known
  const text = JSON.stringify(member)
  texts.set(member, text)
  return text
}
