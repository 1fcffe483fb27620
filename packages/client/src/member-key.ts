import { isMemberKey } from '@whereabouts/protocol'
import { isInPage } from './page.js'

const KEY_BYTES = 16

/** A member key that is in use. */
export interface MemberKey {
  readonly key: string
  /** Resolves when no goodbye of the same member is on its way any more. */
  readonly ready: Promise<void>
  /** Leaves the key where a reload of the page finds it. */
  keep(): void
  /** The page is back, and what was left for a reload is taken again. */
  take(): void
  /**
   * Gives the key back. The goodbye is said only if nobody else on the page uses the key by then.
   */
  release(sayGoodbye: () => Promise<void>): Promise<void>
}

interface Use {
  readonly key: string
  users: number
  goodbye: Promise<void>
}

// Rooms of one page that are joined twice, as React's StrictMode does, are one member; and who has
// left and joins again is who it was, without a key in the storage that a duplicated tab would copy.
const uses = new Map<string, Use>()

/**
 * The key of this tab in a room: the given one; or the one that the page before a reload left in
 * `sessionStorage`; or a new one. While the page lives the key is not in the storage, because a
 * duplicated tab gets a copy of that and must be another member. Outside of a page every caller is
 * a member of its own.
 *
 * @see PROTOCOL.md CL8
 */
export function claimMemberKey(server: string, room: string, given?: string): MemberKey {
  if (!isInPage()) {
    return holdKey({ key: given ?? randomKey(), users: 0, goodbye: Promise.resolve() }, null)
  }
  const storedAs = given === undefined ? `whereabouts:${room}` : null
  const name = JSON.stringify([server, room, given])
  const use = uses.get(name) ?? {
    key: given ?? takeStored(storedAs) ?? randomKey(),
    users: 0,
    goodbye: Promise.resolve(),
  }
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
    // StrictMode leaves and joins again in one go; then there is no goodbye to say.
    await new Promise((resolve) => setTimeout(resolve))
    if (use.users > 0) return
    // If it can't be said the lease ends by itself.
    use.goodbye = sayGoodbye().catch(() => undefined)
    await use.goodbye
  }
  return { key: use.key, ready: use.goodbye, keep, take, release }
}

/** 128 random bits in hexadecimal. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

// The storage may be missing, full or forbidden; then a reload is another member, no worse.
function takeStored(name: string | null): string | null {
  if (name === null) return null
  try {
    const key = sessionStorage.getItem(name)
    sessionStorage.removeItem(name)
    return key !== null && isMemberKey(key) ? key : null
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
