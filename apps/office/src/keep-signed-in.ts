import { type Identity, readIdentity, renewIdentity } from './identity.js'

const LOCK = 'whereabouts-session'
const MOST_AHEAD_MS = 60_000
const AGAIN_MS = 5_000
/** How much two answers about the same end may differ. */
const SAME_MS = 2_000

/**
 * Renews the session before it ends, for as long as the page lives or the server renews it.
 *
 * @param onRenewed called each time
 * @see PROTOCOL.md OP33
 */
export async function keepSignedIn(first: Identity, onRenewed: () => void): Promise<void> {
  let identity: Identity | undefined = first
  while (identity?.mode === 'oidc' && identity.expiresInMs !== undefined) {
    const { expiresInMs } = identity
    await pause(expiresInMs - Math.min(MOST_AHEAD_MS, expiresInMs / 2))
    identity = await renewed(Date.now() + Math.min(MOST_AHEAD_MS, expiresInMs / 2))
    if (identity !== undefined) onRenewed()
  }
}

/** Resolves with the session once a tab renewed it; with `undefined` if the server refuses that. */
async function renewed(endsAtMs: number): Promise<Identity | undefined> {
  for (;;) {
    try {
      const identity = await inOneTab(() => renewUnlessDone(endsAtMs))
      return isLater(identity, endsAtMs) ? identity : undefined
    } catch {
      // The server or the provider can't be reached.
      await pause(AGAIN_MS)
    }
  }
}

/** Asks first whether another tab renewed it: all tabs share a refresh token, which works once. */
async function renewUnlessDone(endsAtMs: number): Promise<Identity | undefined> {
  const identity = await readIdentity()
  return isLater(identity, endsAtMs) ? identity : renewIdentity()
}

function isLater(identity: Identity | undefined, endsAtMs: number): boolean {
  return Date.now() + (identity?.expiresInMs ?? 0) > endsAtMs + SAME_MS
}

function inOneTab(renew: () => Promise<Identity | undefined>): Promise<Identity | undefined> {
  return navigator.locks.request(LOCK, renew)
}

/** Waits for a time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
