import { askBeforeClosing } from './ask-before-closing.js'
import type { RecentList } from './home/recents.js'
import { loadPerson, suggestPerson } from './person.js'
import type { DocumentRoute } from './route.js'
import { Session } from './session.js'

/** Joins the room before the heavy parts load: a reload has 2 s to come back (PROTOCOL.md MB6). */
export async function openRoom(
  page: HTMLElement,
  route: DocumentRoute,
  recents: RecentList,
): Promise<void> {
  const known = loadPerson(() => localStorage)
  const person = known ?? suggestPerson()
  const session = new Session(route.room, person, route.watch)
  // It is never stopped, since the page asks for as long as it lives.
  askBeforeClosing(session.document)
  const { showOffice } = await import('./office.js')
  showOffice(page, { session, route, recents, person, isNew: known === undefined })
}
