import type { Member } from '@whereabouts/protocol'
import type { Participant } from './attendance.js'
import type { HostedRoom } from './rooms/hosted-rooms.js'
import type { Disconnection } from './visits.js'

/** Returns a participant with the user of a member that it may have been; in open mode, with none. ID4 */
export function asWas({ key }: Participant, member: Member | undefined): Participant {
  const isItsOwnUser = member === undefined || member.user.id === member.id
  return { key, user: isItsOwnUser ? {} : { id: member.user.id } }
}

/** Removes the members that a disconnection names. */
export async function removeMembers(
  known: HostedRoom,
  { memberId, userId }: Disconnection,
): Promise<void> {
  const meant = [...known.room.members()].filter(({ member }) =>
    memberId === undefined ? member.user.id === userId : member.id === memberId,
  )
  await Promise.all(meant.map(({ member }) => known.commit({ do: 'leave', id: member.id })))
}
