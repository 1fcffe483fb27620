import type { RoomSnapshot } from '@whereabouts/client'
import { useMemo, useSyncExternalStore } from 'react'
import type { DocumentState, RoomDocument, Saving } from '../room-document.js'
import { SteadyState } from './steady-state.js'

interface StatusLineProps {
  readonly snapshot: RoomSnapshot
  readonly document: RoomDocument
  readonly watches: boolean
  /** Whether the others see this client. */
  readonly isSeen: boolean
  readonly onWatch: () => void
  readonly onJoin: () => void
}

const SAVING: { readonly [saving in Saving]: string } = {
  unknown: '',
  saved: '',
  saving: 'Saving…',
  kept: 'Not saved yet, kept in this browser',
  unkept: 'Not saved yet, keep this window open',
  setAside: 'Some of this cannot be saved. Undo it, or copy it elsewhere',
}

/**
 * Shows the state of the connection and which edits are saved, and a way on when the connection is
 * closed.
 *
 * @see OFFICE.md SH7, SH12, SH76
 */
export function StatusLine(props: StatusLineProps) {
  const { snapshot, document, watches, isSeen, onWatch, onJoin } = props
  const { status, problem } = snapshot
  const isFull = problem?.problem === 'room-full'
  return (
    <div className="status" data-status={status}>
      <output>{describe(snapshot, isSeen)}</output>
      <SavingLine document={document} />
      {status === 'closed' && isFull && (
        <button type="button" className="link" onClick={onWatch}>
          Watch instead
        </button>
      )}
      {status === 'closed' && !isFull && (
        <button type="button" className="link" onClick={watches ? onWatch : onJoin}>
          Try again
        </button>
      )}
      {status !== 'closed' && watches && (
        <button type="button" className="link" onClick={onJoin}>
          Join
        </button>
      )}
    </div>
  )
}

function SavingLine({ document }: { readonly document: RoomDocument }) {
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
      {describeSaving(state)}
    </span>
  )
}

function describeSaving({ saving, problem }: DocumentState): string {
  const text = SAVING[saving]
  const isExplained = text !== '' && saving !== 'saving' && problem !== null
  return isExplained ? `${text}: ${problem.detail}` : text
}

function describe({ status, problem }: RoomSnapshot, isSeen: boolean): string {
  switch (status) {
    case 'connecting':
      return 'Connecting…'
    case 'reconnecting':
      return 'Reconnecting…'
    case 'closed':
      return problem === null ? 'Closed' : `Closed: ${problem.detail}`
    case 'online':
      if (problem !== null) return `Live, but: ${problem.detail}`
      return isSeen ? 'Live' : 'Live, watching'
  }
}
