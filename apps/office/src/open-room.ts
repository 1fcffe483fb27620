import { askBeforeClosing } from './ask-before-closing.js'
import { inBrowser } from './guarded-storage.js'
import type { RecentList } from './home/recents.js'
import { readIdentity, type Identity } from './identity.js'
import { keepSignedIn, pause } from './keep-signed-in.js'
import { userAtWindow } from './last-user.js'
import { loadPerson, suggestPerson } from './person.js'
import type { DocumentRoute } from './route.js'
import { Session } from './session.js'

/** The time until a server is asked again that didn't say who is at a window. */
const ASK_AGAIN_MS = 5_000

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
  const known = loadPerson(inBrowser)
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
  followUser(session)
  const later = identity.mode === 'unknown' ? await identityOnline(session) : identity
  if (isOther(later, user)) return location.reload()
  if (later.mode !== 'unknown') recents.opened(route, Date.now())
  if (later.user !== undefined) {
    void import('./say-title.js').then(({ sayTitle }) => sayTitle(session, route))
  }
  await keepSignedIn(later, () => comeBack(session))
}

/** Somebody else's copy isn't for this user to see. */
function isOther(identity: Identity, user: string | undefined): boolean {
  return userAtWindow(identity, inBrowser) !== user
}

/** Opens the copy of whoever is signed in, once the server says that this isn't the window's user. */
function followUser({ document }: Session): void {
  const isRefused = () => document.getSnapshot().problem?.problem === 'other-user'
  let isAsking = false
  const look = async () => {
    if (isAsking) return
    isAsking = true
    while (isRefused()) {
      if (isOther(await readIdentity(), document.user)) return location.reload()
      await pause(ASK_AGAIN_MS)
    }
    isAsking = false
  }
  document.subscribe(() => void look())
}

/** Asks again when the server is there, until it answers: the window may have been opened without it. */
async function identityOnline(session: Session): Promise<Identity> {
  for (;;) {
    await reached(session)
    const identity = await readIdentity()
    if (identity.mode !== 'unknown' || identity.isRefused === true) return identity
    await pause(ASK_AGAIN_MS)
  }
}

/** Resolves once the server has been heard of, if only by its refusal. */
function reached(session: Session): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (session.status !== 'online' && session.status !== 'closed') return
      unsubscribe()
      resolve()
    }
    const unsubscribe = session.subscribe(look)
    look()
  })
}

/** Tries again what was refused because the user's session had ended. @see OFFICE.md OP33, OF11 */
function comeBack(session: Session): void {
  const problems = [session.getSnapshot().problem, session.document.getSnapshot().problem]
  if (problems.some((each) => each?.problem === 'unauthorized')) session.retry()
}
