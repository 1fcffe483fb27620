import { askBeforeClosing } from './ask-before-closing.js'
import type { RecentList } from './home/recents.js'
import { loadPerson, suggestPerson } from './person.js'
import type { DocumentRoute } from './route.js'
import { Session } from './session.js'

/** Joins before the heavy parts load: a reload has 2 s to be back (PROTOCOL.md MB6). */
export async function openRoom(
  page: HTMLElement,
  route: DocumentRoute,
  recents: RecentList,
): Promise<void> {
  const known = loadPerson(() => localStorage)
  const person = known ?? suggestPerson()
  const session = new Session(route.room, person, route.watch)
  // For as long as the page lives.
  askBeforeClosing(session.document)
  const { showOffice } = await import('./office.js')
  showOffice(page, { session, route, recents, person, isNew: known === undefined })
}
