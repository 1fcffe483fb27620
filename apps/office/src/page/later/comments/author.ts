import { storedAs } from '../../../base.js'
import { loadPerson, suggestPerson } from '../../../person.js'
import type { Session } from '../../../session.js'
import type { Author } from './comments-document.js'

const STORED_AS = storedAs('whereabouts:author')

/** Kept for this window where the browser forbids storage. */
let unstored: string | undefined

/** Returns who comments in this window: the user, or in open mode whoever this browser belongs to. @see OFFICE.md PG69 */
export function authorOf(session: Session): Author {
  const { members, self } = session.getSnapshot()
  const shown = members.find(({ id }) => id === self)?.user
  const id = session.document.user ?? browserId()
  const name = shown?.name ?? loadPerson(() => localStorage)?.name ?? suggestPerson().name
  return { id, name }
}

function browserId(): string {
  try {
    const known = localStorage.getItem(STORED_AS)
    if (known !== null) return known
    const id = newId()
    localStorage.setItem(STORED_AS, id)
    return id
  } catch {
    unstored ??= newId()
    return unstored
  }
}

const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
