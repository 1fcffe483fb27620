import { isMemberKey } from '@whereabouts/protocol'
import { isInPage } from './page.js'
import { randomKey } from './random-key.js'

/** A member key in use by one room. */
export interface MemberKey {
  readonly key: string
  /** Resolves when no goodbye of the same member is in flight. */
  readonly ready: Promise<void> | undefined
  /** Notes the id that the server knows the member by. Returns the former one, if it was another. */
  knownAs(self: string): string | null
  /** Stores the key and the id for a reload of the page. */
  keep(): void
  /** Removes the stored key again, because the page is back. */
  take(): void
  /** Ends this use of the key, and says goodbye if no other room of the page uses it. */
  release(sayGoodbye: () => Promise<void>): Promise<void>
}

interface Use {
  readonly key: string
  /** The id that the server last knew the member by, maybe before the page was reloaded. */
  self: string | null
  users: number
  goodbye?: Promise<void>
}

const SPACE = ' '

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
    return holdKey({ key: given ?? randomKey(), self: null, users: 0 }, null)
  }
  const storedAs = given === undefined ? `whereabouts:${room}` : null
  const name = JSON.stringify([server, room, given])
  const use = uses.get(name) ?? newUse(given, storedAs)
  uses.set(name, use)
  return holdKey(use, storedAs)
}

function newUse(given: string | undefined, storedAs: string | null): Use {
  const stored = takeStored(storedAs)
  return { key: given ?? stored?.key ?? randomKey(), self: stored?.self ?? null, users: 0 }
}

function holdKey(use: Use, storedAs: string | null): MemberKey {
  use.users += 1
  const take = () => void takeStored(storedAs)
  const keep = () => store(storedAs, use.self === null ? use.key : use.key + SPACE + use.self)
  const knownAs = (self: string) => {
    const before = use.self
    use.self = self
    return before === self ? null : before
  }
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
  return { key: use.key, ready: use.goodbye, knownAs, keep, take, release }
}

interface Stored {
  readonly key: string
  readonly self: string | undefined
}

// The storage may be missing, full or forbidden; then a reload joins as another member.
function takeStored(name: string | null): Stored | null {
  if (name === null) return null
  try {
    const [key, self] = sessionStorage.getItem(name)?.split(SPACE) ?? []
    sessionStorage.removeItem(name)
    return isMemberKey(key) ? { key, self } : null
  } catch {
    return null
  }
}

function store(name: string | null, value: string): void {
  if (name === null) return
  try {
    sessionStorage.setItem(name, value)
  } catch {
    return
  }
}
