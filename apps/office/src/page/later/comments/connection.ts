import { isRoomName } from '@whereabouts/client'
import type { Beside, Session } from '../../../session.js'

/** Connects to the comments on a page; returns `undefined` at a view link, which has none. PROTOCOL.md CM1 */
export function connect(session: Session): Beside | undefined {
  const roomName = `comments~${session.name}`
  return isRoomName(roomName) ? session.openBeside(roomName) : undefined
}
