import { commentsOf } from '../../../route.js'
import type { Beside, Session } from '../../../session.js'

/** Connects to the comments on a page; returns `undefined` at a view link, which has none. PROTOCOL.md CM1 */
export function connect(session: Session): Beside | undefined {
  const room = commentsOf(session.name)
  return room === undefined ? undefined : session.openBeside(room)
}
