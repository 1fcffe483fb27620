import { askBeforeClosing } from './ask-before-closing.js'
import type { RecentList } from './home/recents.js'
import { readIdentity, type Identity } from './identity.js'
import { keepSignedIn } from './keep-signed-in.js'
import { userAtWindow } from './last-user.js'
import { loadPerson, suggestPerson } from './person.js'
import type { DocumentRoute } from './route.js'
import { Session } from './session.js'

/** Who is at a window, and what this browser has of them. */
interface AtWindow {
  readonly recents: RecentList
  readonly identity: Identity
  /** The id of the user whose copies the window uses. */
  readonly user: string | undefined
}

/** Joins the room before the heavy parts load: a reload has 2 s to come back (PROTOCOL.md MB6). */
export async function openRoom(
  page: HTMLElement,
  route: DocumentRoute,
  { recents, identity, user }: AtWindow,
): Promise<void> {
  const known = loadPerson(() => localStorage)
  const person = known ?? suggestPerson()
  const session = new Session(route.room, person, user)
  // It is never stopped, since the page asks for as long as it lives.
  askBeforeClosing(session.document)
  const { showOffice } = await import('./office.js')
  showOffice(page, { session, route, recents, person, identity, isNew: known === undefined })
  document.addEventListener('visibilitychange', () => {
    // The user may have signed in in another tab.
    if (document.visibilityState === 'visible') comeBack(session)
  })
  const later = identity.mode === 'unknown' ? await identityOnline(session) : identity
  // Somebody else's copy isn't for this user to see.
  if (userAtWindow(later, () => localStorage) !== user) return location.reload()
  await keepSignedIn(later, () => comeBack(session))
}

/** Asks again when the server is there: the window may have been opened without it. */
async function identityOnline(session: Session): Promise<Identity> {
  await new Promise<void>((resolve) => {
    const look = () => {
      if (session.status !== 'online') return
      unsubscribe()
      resolve()
    }
    const unsubscribe = session.subscribe(look)
    look()
  })
  return readIdentity()
}

/** Tries again what was refused because the user's session had ended. @see OFFICE.md OP33, OF11 */
function comeBack(session: Session): void {
  const problems = [session.getSnapshot().problem, session.document.getSnapshot().problem]
  if (problems.some((each) => each?.problem === 'unauthorized')) session.retry()
}
