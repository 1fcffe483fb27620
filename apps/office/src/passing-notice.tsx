import { useEffect, useSyncExternalStore } from 'react'

const READ_WITHIN_MS = 8_000

let current = ''
const listeners = new Set<() => void>()

/** Shows a notice for as long as it takes to read, such as why an image was refused. It replaces the one before. */
export function notify(text: string): void {
  current = text
  for (const listener of listeners) listener()
}

/** Renders the window's notice. There is one place for all of them, so that none covers another. */
export function PassingNotice() {
  const notice = useSyncExternalStore(subscribe, () => current)
  useEffect(() => {
    if (notice === '') return undefined
    const timer = setTimeout(() => notify(''), READ_WITHIN_MS)
    return () => clearTimeout(timer)
  }, [notice])
  return <output className="notice">{notice}</output>
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
