import type { Authorize } from '@whereabouts/server'

/**
 * What a known user may do in a room whose token or login doesn't say: the room's own access.
 *
 * A room has no access record of its own yet, so this is everything but `manage`. Sharing belongs here.
 *
 * @see PROTOCOL.md OP31
 */
export const roomAccess: Authorize = ({ action }) => action !== 'manage'
