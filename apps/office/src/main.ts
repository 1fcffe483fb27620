import './styles.css'
import { BASE } from './base.js'
import { keepComposing } from './composing.js'
import { inBrowser } from './guarded-storage.js'
import { readIdentity } from './identity.js'
import { userAtWindow } from './last-user.js'
import { keepSignedIn } from './keep-signed-in.js'
import { RecentList } from './home/recents.js'
import { speak, t } from './language/language.js'
import { followTheme } from './looks/theme.js'
import { parseRoute, type DocumentRoute } from './route.js'

/** By then the window is open, and what is kept doesn't take its place. */
const SETTLED_MS = 5_000

// For a window whose language could not be loaded.
const FAILED = 'The page could not be loaded.'
const TRY_AGAIN = 'Try again'

const page = document.getElementById('app')!
followTheme()
keepComposing()
const speaking = speak()
// A server that has no manifest wants nothing to be kept. OF25, OP37
if ('serviceWorker' in navigator && document.querySelector('link[rel="manifest"]') !== null) {
  setTimeout(
    () => void import('./offline/keep-offline.js').then(({ keepOffline }) => keepOffline()),
    SETTLED_MS,
  )
}

try {
  const route = parseRoute(location)
  if (route === undefined) await showNotFound()
  else if (route.kind === 'home') await openHome()
  else if (route.kind === 'doctor') await openDoctor()
  else if (route.kind === 'inspect') await openInspector(route.room)
  else await openDocument(route)
} catch (error) {
  await showFailure()
  throw error
}

async function openHome(): Promise<void> {
  document.title = 'whereabouts'
  const asked = readIdentity()
  const [{ showHome }, identity] = await Promise.all([import('./home/Home.js'), asked, speaking])
  const user = userAtWindow(identity, inBrowser)
  showHome(page, { recents: recentsOf(user), identity, user })
  await keepSignedIn(identity, () => undefined)
}

async function openDoctor(): Promise<void> {
  const [{ showDoctor }] = await Promise.all([import('./doctor/Doctor.js'), speaking])
  document.title = `${t('doctor.title')} · whereabouts`
  showDoctor(page)
}

async function openInspector(room: string): Promise<void> {
  const [{ showInspector }] = await Promise.all([import('./inspect/Inspect.js'), speaking])
  await showInspector(page, room)
  await keepSignedIn(await readIdentity(), () => undefined)
}

async function openDocument(route: DocumentRoute): Promise<void> {
  const asked = readIdentity()
  const [{ openRoom }, identity] = await Promise.all([import('./open-room.js'), asked, speaking])
  const user = userAtWindow(identity, inBrowser)
  const recents = recentsOf(user)
  await openRoom(page, route, { recents, identity, user })
}

function recentsOf(user: string | undefined): RecentList {
  const recents = new RecentList(inBrowser, user)
  for (const event of ['storage', 'pageshow']) window.addEventListener(event, recents.lookAgain)
  return recents
}

async function showNotFound(): Promise<void> {
  await speaking
  document.title = `${t('start.notFoundTitle')} · whereabouts`
  showMessage(t('start.notFound'), { href: BASE, text: t('start.home') })
}

async function showFailure(): Promise<void> {
  const again = { href: location.href, text: TRY_AGAIN }
  const isSpoken = await speaking.then(
    () => true,
    () => false,
  )
  if (isSpoken) showMessage(t('start.failed'), { ...again, text: t('common.tryAgain') })
  else showMessage(FAILED, again)
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
