import type { Authorize } from '@whereabouts/server'

/**
 * Returns the rights of a known user in a room if the token or login doesn't set them.
 *
 * Rooms have no access records yet, so this is everything except `manage`. Sharing belongs here.
 *
 * @see PROTOCOL.md OP31
 */
export const roomAccess: Authorize = ({ action }) => action !== 'manage'
