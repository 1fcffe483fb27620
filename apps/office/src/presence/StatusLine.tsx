import { StatusLine as RoomStatusLine, useSnapshotOf } from '@whereabouts/client/react'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Notice } from '../notice.js'
import type { DocumentState } from '../room-document.js'
import { isViewLink } from '../route.js'
import type { Session } from '../session.js'
import { useNotice } from '../StateNote.js'
import { EXPLAINED, statusOf } from './status-text.js'
import { SteadyState, worstOf } from './steady-state.js'
import { t } from '../language/language.js'
import { describeProblem } from '../language/problems.js'

interface StatusLineProps {
  readonly session: Session
  /** Whether the others see this client. */
  readonly isSeen: boolean
}

/** Where a long-poll lasts so long, streams don't get through. */
const SLOW_AFTER_MS = 10_000

/**
 * Shows the state of the connection and which edits are saved, and a way on when the connection is
 * closed.
 *
 * @see OFFICE.md SH7, SH12, SH76, OF23, OF24
 */
export function StatusLine({ session, isSeen }: StatusLineProps) {
  const notice = useNotice(session)
  const isPolling = useSnapshotOf(session, ({ transport }) => transport === 'long-poll')
  const isSlow = useLasting(isPolling, SLOW_AFTER_MS)
  return (
    <RoomStatusLine
      room={session}
      className="status"
      describe={(snapshot) => statusOf(snapshot, notice, { isSeen, isSlow })}
      title={isSlow ? t('status.slowTitle') : undefined}
    >
      {!isViewLink(session.name) && (
        <SavingLine session={session} isExplained={EXPLAINED.has(notice.kind)} />
      )}
      <WayOn session={session} notice={notice} />
    </RoomStatusLine>
  )
}

/** Returns whether something has been so for a time. */
function useLasting(isSo: boolean, ms: number): boolean {
  const [hasLasted, setHasLasted] = useState(false)
  useEffect(() => {
    if (!isSo) return undefined
    const timer = setTimeout(() => setHasLasted(true), ms)
    return () => {
      clearTimeout(timer)
      setHasLasted(false)
    }
  }, [isSo, ms])
  return isSo && hasLasted
}

function WayOn({ session, notice }: { readonly session: Session; readonly notice: Notice }) {
  const { status, problem } = useSnapshotOf(session)
  if (status !== 'closed')
    return session.watches && <Link text={t('status.join')} onClick={session.join} />
  if (problem?.problem === 'room-full')
    return <Link text={t('status.watch')} onClick={session.watch} />
  // The notice offers what there is to do.
  return notice.kind !== 'deleted' && <Link text={t('common.tryAgain')} onClick={session.retry} />
}

function Link({ text, onClick }: { readonly text: string; readonly onClick: () => void }) {
  return (
    <button type="button" className="link" onClick={onClick}>
      {text}
    </button>
  )
}

interface SavingLineProps {
  readonly session: Session
  /** Whether a notice gives the reason. */
  readonly isExplained: boolean
}

function SavingLine({ session, isExplained }: SavingLineProps) {
  const saved = useMemo(() => worstOf(session), [session])
  const { saving } = useSyncExternalStore(saved.subscribe, saved.getSnapshot)
  const steady = useMemo(() => new SteadyState(saved), [saved])
  const state = useSyncExternalStore(steady.subscribe, steady.getSnapshot)
  return (
    // A screen reader need not announce with every edit that it is about to be saved.
    <span
      className="saving"
      data-saving={saving}
      aria-live={state.saving === 'saving' ? 'off' : 'polite'}
    >
      {describeSaving(state, isExplained)}
    </span>
  )
}

function describeSaving({ saving, problem }: DocumentState, isExplained: boolean): string {
  if (saving === 'unknown' || saving === 'saved') return ''
  if (saving === 'saving') return t('common.saving')
  const text = t(`status.${saving}`)
  if (problem === null || isExplained) return text
  return t('status.unsavedFor', { text, reason: describeProblem(problem) })
}
