import { storedAs } from '../../../base.js'
import { inBrowser } from '../../../guarded-storage.js'
import { readIdentity } from '../../../identity.js'
import { loadPerson, savePerson, STORED_AS as PERSON_STORED_AS } from '../../../person.js'
import type { Session } from '../../../session.js'
import type { Author } from './comments-document.js'

/** The name of the user that the server named last, for when it can't be asked. */
const NAME_STORED_AS = storedAs('whereabouts:user-name')
/** Where there are no users, each document knows somebody by another id, so nobody can be followed through them. */
const idStoredAs = (room: string): string => storedAs(`whereabouts:author:${room}`)

/** Whoever is at this window, as far as that is known. */
export interface Me {
  /** `undefined` where there are no users, for whoever hasn't commented on this page. */
  readonly id: string | undefined
  /** `undefined` for somebody who has to choose one first. */
  readonly name: string | undefined
}

/** Returns who is at this window: the user as the server knows them, or whoever chose a name here. @see OFFICE.md PG92 */
export function whoIsHere(session: Session): Me {
  const { user } = session.document
  if (user === undefined)
    return { id: inBrowser.getItem(idStoredAs(session.name)) ?? undefined, name: chosenName() }
  return { id: user, name: knownName(user) ?? user }
}

/** Returns the author of what is written now; `undefined` if they have to choose a name first. */
export function authorOf(session: Session): Author | undefined {
  const { id, name } = whoIsHere(session)
  return name === undefined ? undefined : { id: id ?? makeId(session.name), name }
}

/** Asks the server for the name of the user at this window; without an answer, it stays what it was. */
export async function learnName({ document }: Session): Promise<void> {
  if (document.user === undefined) return
  const { user } = await readIdentity()
  if (user?.id !== document.user || !user.name) return
  inBrowser.setItem(NAME_STORED_AS, JSON.stringify({ id: user.id, name: user.name }))
}

/** Keeps the name that somebody chose, for all that others see of them. */
export function chooseName(session: Session, name: string): void {
  const person = { ...session.person, name }
  savePerson(inBrowser, person)
  session.setUser(person)
  // The bar follows what other windows store.
  window.dispatchEvent(new StorageEvent('storage'))
}

/** A name that somebody has only because a window suggested it isn't one that they chose. */
function chosenName(): string | undefined {
  const isSuggested = inBrowser.getItem(PERSON_STORED_AS)?.includes('"isSuggested":true') === true
  return isSuggested ? undefined : loadPerson(inBrowser)?.name
}

function knownName(user: string): string | undefined {
  try {
    const { id, name } = JSON.parse(inBrowser.getItem(NAME_STORED_AS) ?? 'null') as {
      id: unknown
      name: unknown
    }
    return id === user && typeof name === 'string' ? name : undefined
  } catch {
    // Nothing is stored, or something else.
    return undefined
  }
}

function makeId(room: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  inBrowser.setItem(idStoredAs(room), id)
  return id
}
