/** Receives what happens to the page that a room lives in. */
export interface PageListener {
  /** The page goes away: it is closed, reloaded, or kept for the back button. */
  hide(): void
  /** The back button brought the page back. */
  show(): void
  /** The network is back, or the page is visible again. */
  wake(): void
  /** The page is hidden or visible now. */
  turn(): void
}

/** Returns whether there is a page, as opposed to Node or a worker. */
export function isInPage(): boolean {
  return typeof document !== 'undefined'
}

/** Returns whether nobody can see the page. */
export function isHidden(): boolean {
  return isInPage() && document.visibilityState === 'hidden'
}

/**
 * Subscribes to what happens to the page, and returns how to unsubscribe.
 *
 * @see PROTOCOL.md CL7
 */
export function followPage(listener: PageListener): () => void {
  if (!isInPage()) return () => undefined
  const following = new AbortController()
  const { signal } = following
  window.addEventListener('pagehide', () => listener.hide(), { signal })
  const showIfKept = ({ persisted }: PageTransitionEvent) => {
    if (persisted) listener.show()
  }
  window.addEventListener('pageshow', showIfKept, { signal })
  window.addEventListener('online', () => listener.wake(), { signal })
  const turn = () => {
    listener.turn()
    if (!isHidden()) listener.wake()
  }
  document.addEventListener('visibilitychange', turn, { signal })
  return () => following.abort()
}
