import { keepsVersions } from '@whereabouts/client/history'
import { type ComponentType, useEffect, useState, useSyncExternalStore } from 'react'
import type { Content } from '../content.js'
import { t } from '../language/language.js'
import { notify } from '../passing-notice.js'
import type { DocumentRoute } from '../route.js'
import type { Session } from '../session.js'
import type { HistoryPanelProps } from './HistoryPanel.js'

interface HistoryButtonProps {
  readonly session: Session
  readonly route: DocumentRoute
  readonly content: Content | null
}

/** Opens the history of a document, for those who may write it. @see OFFICE.md HY13 */
export function HistoryButton({ session, route, content }: HistoryButtonProps) {
  const isOffered = useOffered(session, content !== null)
  const [Panel, setPanel] = useState<ComponentType<HistoryPanelProps> | null>(null)
  if (!isOffered || content?.restore === undefined) return null
  const open = async () => {
    const { HistoryPanel } = await import('./HistoryPanel.js')
    setPanel(() => HistoryPanel)
  }
  const finish = (said: string) => {
    setPanel(null)
    notify(said)
    content.focus()
  }
  return (
    <>
      <button type="button" className="share" onClick={() => void open()}>
        {t('document.history')}
      </button>
      {Panel !== null && (
        <Panel {...{ session, route, content }} onDone={finish} onClose={() => setPanel(null)} />
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
