import { useCallback, useSyncExternalStore } from 'react'
import { isKnownFormat, observeFormat } from '@whereabouts/univer/document'
import type { Session } from './session.js'
import { t } from './language/language.js'

/** Returns whether this client knows the version of the session's document. */
export function useKnownFormat(session: Session, latest: number): boolean {
  const doc = useSyncExternalStore(session.document.subscribe, () => session.doc)
  const subscribe = useCallback((listener: () => void) => observeFormat(doc, listener), [doc])
  return useSyncExternalStore(subscribe, () => isKnownFormat(doc, latest))
}

interface NewerFormatProps {
  readonly session: Session
  readonly kind: 'page' | 'sheet'
}

/** Says why a document can't be edited, or isn't shown. @see OFFICE.md PG29 */
export function NewerFormat({ session, kind }: NewerFormatProps) {
  const { isAtRisk } = useSyncExternalStore(
    session.document.subscribe,
    session.document.getSnapshot,
  )
  return (
    <p className="newer" role="alert">
      {t('document.newer', { kind })} {t(isAtRisk ? 'document.newerAtRisk' : 'document.newerSafe')}
    </p>
  )
}
