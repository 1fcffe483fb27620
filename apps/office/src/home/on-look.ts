/** Calls back whenever the page becomes visible again; returns a function that stops it. */
export function onLook(listener: () => void): () => void {
  const listening = new AbortController()
  const { signal } = listening
  const come = () => {
    if (!document.hidden) listener()
  }
  const comeBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted) listener()
  }
  document.addEventListener('visibilitychange', come, { signal })
  window.addEventListener('pageshow', comeBack, { signal })
  return () => listening.abort()
}
