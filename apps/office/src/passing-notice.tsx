import { type ReactNode, useEffect, useSyncExternalStore } from 'react'

const READ_WITHIN_MS = 8_000

let current: { readonly text: ReactNode; readonly forMs: number } = {
  text: '',
  forMs: READ_WITHIN_MS,
}
const listeners = new Set<() => void>()

/**
 * Shows a notice for as long as it takes to read, such as why an image was refused. It replaces the one before.
 *
 * @param forMs longer for what the user does something with
 */
export function notify(text: ReactNode, forMs = READ_WITHIN_MS): void {
  current = { text, forMs }
  for (const listener of listeners) listener()
}

/** Renders the window's notice. There is one place for all of them, so that none covers another. */
export function PassingNotice() {
  const notice = useSyncExternalStore(subscribe, () => current)
  useEffect(() => {
    if (notice.text === '') return undefined
    const timer = setTimeout(() => notify(''), notice.forMs)
    return () => clearTimeout(timer)
  }, [notice])
  return <output className="notice">{notice.text}</output>
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
