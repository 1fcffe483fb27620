import { useCallback, useSyncExternalStore } from 'react'
import { isKnownFormat, observeFormat } from '@whereabouts/univer/document'
import type { Session } from './session.js'

/** Whether the session's document is in a version of its format that this client knows. */
export function useKnownFormat(session: Session, latest: number): boolean {
  const doc = useSyncExternalStore(session.document.subscribe, () => session.doc)
  const subscribe = useCallback((listener: () => void) => observeFormat(doc, listener), [doc])
  return useSyncExternalStore(subscribe, () => isKnownFormat(doc, latest))
}

interface NewerFormatProps {
  readonly session: Session
  readonly kind: 'page' | 'sheet'
}

/** Says why a document can't be changed, or isn't shown. @see OFFICE.md PG29 */
export function NewerFormat({ session, kind }: NewerFormatProps) {
  const { isAtRisk } = useSyncExternalStore(
    session.document.subscribe,
    session.document.getSnapshot,
  )
  return (
    <p className="newer" role="alert">
      This {kind} was changed by a newer version. Reload to go on.{' '}
      {isAtRisk ? 'Wait until what you wrote is saved.' : 'Nothing that you wrote is lost.'}
    </p>
  )
}
