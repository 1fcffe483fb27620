import { Problem } from '@whereabouts/protocol'

/** Returns the problem of a caller that does what only members can do. @see PROTOCOL.md EV3, LK5 */
export function notAMember(): Problem {
  return new Problem(
    'forbidden',
    'Only members can do that. Join the room first, with the same member key and as the same user.',
  )
}
