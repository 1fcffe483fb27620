import './styles.css'
import { loadPerson, suggestPerson } from './person.js'
import { parseRoute, type Route } from './route.js'
import { Session } from './session.js'

const page = document.getElementById('app')!
const route = parseRoute(location)
if (route === undefined) showNotFound()
else await openSheet(route)

/** Joins before the heavy parts load: a reload has 2 s to be back (PROTOCOL.md MB6). */
async function openSheet({ room, watch }: Route): Promise<void> {
  document.title = `${room} · whereabouts`
  const known = loadPerson(() => localStorage)
  const person = known ?? suggestPerson()
  const session = new Session(room, person, watch)
  try {
    const { showOffice } = await import('./office.js')
    showOffice(page, { session, person, isNew: known === undefined })
  } catch (error) {
    showMessage('The page could not be loaded.', { href: location.href, text: 'Try again' })
    throw error
  }
}

function showNotFound(): void {
  document.title = 'Not found · whereabouts'
  showMessage('There is no page at this address.', {
    href: '/sheets/demo',
    text: 'Open the demo sheet',
  })
}

function showMessage(text: string, link: { href: string; text: string }): void {
  const message = document.createElement('main')
  message.className = 'message'
  const heading = document.createElement('h1')
  heading.textContent = text
  const way = document.createElement('a')
  way.href = link.href
  way.textContent = link.text
  message.append(heading, way)
  page.replaceChildren(message)
}
