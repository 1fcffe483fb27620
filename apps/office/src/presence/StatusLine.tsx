import { StatusLine as RoomStatusLine, useSnapshotOf } from '@whereabouts/client/react'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Notice } from '../notice.js'
import type { DocumentState, RoomDocument, Saving } from '../room-document.js'
import { isViewLink } from '../route.js'
import type { Session } from '../session.js'
import { useNotice } from '../StateNote.js'
import { EXPLAINED, SLOW_TITLE, statusOf } from './status-text.js'
import { SteadyState } from './steady-state.js'

interface StatusLineProps {
  readonly session: Session
  /** Whether the others see this client. */
  readonly isSeen: boolean
}

const SAVING: { readonly [saving in Saving]: string } = {
  unknown: '',
  saved: '',
  saving: 'Saving…',
  kept: 'Not saved yet, kept in this browser',
  unkept: 'Not saved yet, keep this window open',
  setAside: 'Some of this cannot be saved. Undo it, or copy it elsewhere',
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
      title={isSlow ? SLOW_TITLE : undefined}
    >
      {!isViewLink(session.name) && (
        <SavingLine document={session.document} isExplained={EXPLAINED.has(notice.kind)} />
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
  if (status !== 'closed') return session.watches && <Link text="Join" onClick={session.join} />
  if (problem?.problem === 'room-full') return <Link text="Watch instead" onClick={session.watch} />
  // The notice offers what there is to do.
  return notice.kind !== 'deleted' && <Link text="Try again" onClick={session.retry} />
}

function Link({ text, onClick }: { readonly text: string; readonly onClick: () => void }) {
  return (
    <button type="button" className="link" onClick={onClick}>
      {text}
    </button>
  )
}

interface SavingLineProps {
  readonly document: RoomDocument
  /** Whether a notice gives the reason. */
  readonly isExplained: boolean
}

function SavingLine({ document, isExplained }: SavingLineProps) {
  const { saving } = useSyncExternalStore(document.subscribe, document.getSnapshot)
  const steady = useMemo(() => new SteadyState(document), [document])
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
  const text = SAVING[saving]
  const hasReason = text !== '' && saving !== 'saving' && problem !== null
  return hasReason && !isExplained ? `${text}: ${problem.detail}` : text
}
