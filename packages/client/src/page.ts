/** What happens to the page that a room lives in. */
export interface PageListener {
  /** The page goes away: closed, reloaded, or kept for the back button. */
  hide(): void
  /** The page is back by the back button. */
  show(): void
  /** The network is back, or the page is looked at again. */
  wake(): void
}

/** Whether there is a page at all; in Node and in workers there isn't. */
export function isInPage(): boolean {
  return typeof window !== 'undefined' && typeof document !== 'undefined'
}

/**
 * Follows the page and returns how to stop that.
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
  const wakeIfVisible = () => {
    if (document.visibilityState === 'visible') listener.wake()
  }
  document.addEventListener('visibilitychange', wakeIfVisible, { signal })
  return () => following.abort()
}
