import { isMemberKey } from '@whereabouts/protocol'
import { isInPage } from './page.js'

const KEY_BYTES = 16

/** A member key in use by one room. */
export interface MemberKey {
  readonly key: string
  /** Resolves when no goodbye of the same member is in flight. */
  readonly ready: Promise<void> | undefined
  /** Stores the key for a reload of the page. */
  keep(): void
  /** Removes the stored key again, because the page is back. */
  take(): void
  /** Ends this use of the key, and says goodbye if no other room of the page uses it. */
  release(sayGoodbye: () => Promise<void>): Promise<void>
}

interface Use {
  readonly key: string
  users: number
  goodbye?: Promise<void>
}

// A room that is joined twice on one page, as React's StrictMode does, is one member. One that is left
// and joined again is the same member, without a stored key that a duplicated tab would copy.
const uses = new Map<string, Use>()

/**
 * Claims this tab's key in a room: the given one, or the one that the page stored before a reload, or a
 * new one. The key is in `sessionStorage` only while the page reloads, because a duplicated tab copies
 * the storage and must be another member. Outside of a page every call claims a new key.
 *
 * @see PROTOCOL.md CL8
 */
export function claimMemberKey(server: string, room: string, given?: string): MemberKey {
  if (!isInPage()) {
    return holdKey({ key: given ?? randomKey(), users: 0 }, null)
  }
  const storedAs = given === undefined ? `whereabouts:${room}` : null
  const name = JSON.stringify([server, room, given])
  const use: Use = uses.get(name) ?? { key: given ?? takeStored(storedAs) ?? randomKey(), users: 0 }
  uses.set(name, use)
  return holdKey(use, storedAs)
}

function holdKey(use: Use, storedAs: string | null): MemberKey {
  use.users += 1
  const take = () => void takeStored(storedAs)
  const keep = () => store(storedAs, use.key)
  take()
  const release = async (sayGoodbye: () => Promise<void>) => {
    use.users -= 1
    if (use.users > 0) return
    // StrictMode leaves and joins again synchronously; then there is no goodbye to say.
    await new Promise((resolve) => setTimeout(resolve))
    if (use.users > 0) return
    // If the goodbye fails, the lease ends by itself.
    use.goodbye = sayGoodbye().catch(() => undefined)
    await use.goodbye
  }
  return { key: use.key, ready: use.goodbye, keep, take, release }
}

/** Returns 128 random bits in hexadecimal. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

// The storage may be missing, full or forbidden; then a reload joins as another member.
function takeStored(name: string | null): string | null {
  if (name === null) return null
  try {
    const key = sessionStorage.getItem(name)
    sessionStorage.removeItem(name)
    return isMemberKey(key) ? key : null
  } catch {
    return null
  }
}

function store(name: string | null, key: string): void {
  if (name === null) return
  try {
    sessionStorage.setItem(name, key)
  } catch {
    return
  }
}
