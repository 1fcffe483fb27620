import { type ReactNode, useEffect, useSyncExternalStore } from 'react'

const READ_WITHIN_MS = 8_000
const ACTED_ON_WITHIN_MS = 60_000

interface Notice {
  readonly text: ReactNode
  readonly forMs: number
}

let current: Notice = { text: '', forMs: READ_WITHIN_MS }
const listeners = new Set<() => void>()

/** Shows a notice for as long as it takes to read, such as why an image was refused. It replaces the one before. */
export function notify(text: string): void {
  show({ text, forMs: READ_WITHIN_MS })
}

/** Shows a notice with which the user may do something, such as undo, or copy a link by hand. */
export function offer(text: ReactNode): void {
  show({ text, forMs: ACTED_ON_WITHIN_MS })
}

function show(notice: Notice): void {
  current = notice
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
