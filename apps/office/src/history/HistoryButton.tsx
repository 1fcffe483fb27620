import { keepsVersions } from '@whereabouts/client/history'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import type { Content } from '../content.js'
import { t } from '../language/language.js'
import { latePart } from '../late-part.js'
import { notify } from '../passing-notice.js'
import type { DocumentRoute } from '../route.js'
import type { Session } from '../session.js'

const HistoryPanel = latePart(async () => (await import('./HistoryPanel.js')).HistoryPanel)

interface HistoryButtonProps {
  readonly session: Session
  readonly route: DocumentRoute
  readonly content: Content | null
}

/** Opens the history of a document, for those who may write it. @see OFFICE.md HY13 */
export function HistoryButton({ session, route, content }: HistoryButtonProps) {
  const isOffered = useOffered(session, content !== null)
  const [isOpen, setOpen] = useState(false)
  if (!isOffered || content?.restore === undefined) return null
  const finish = (said: string) => {
    // While the dialog is open, nothing behind it can get the focus.
    flushSync(() => setOpen(false))
    notify(said)
    content.focus()
  }
  return (
    <>
      <button type="button" className="share" onClick={() => setOpen(true)}>
        {t('document.history')}
      </button>
      {isOpen && (
        <HistoryPanel
          {...{ session, route, content }}
          onDone={finish}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}

/** Returns whether the server keeps versions and lets the user read them. It is asked once the document is open. */
function useOffered(session: Session, isOpen: boolean): boolean {
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit)
  const isOnline = useSyncExternalStore(session.subscribe, () => session.status === 'online')
  const [isKept, setKept] = useState(false)
  useEffect(() => {
    if (isKept || !isOpen || !canEdit || !isOnline) return
    let isOver = false
    const ask = async () => {
      if (!isOver && (await keepsVersions(session.room)) && !isOver) setKept(true)
    }
    // Without an answer it is asked again when the connection is back.
    ask().catch(() => undefined)
    return () => void (isOver = true)
  }, [session, isKept, isOpen, canEdit, isOnline])
  return isKept && canEdit
}
