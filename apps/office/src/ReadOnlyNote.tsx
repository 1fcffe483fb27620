import { useRoom } from '@whereabouts/client/react'
import { useSyncExternalStore } from 'react'
import { BASE, withoutBase } from './base.js'
import type { DocumentState } from './room-document.js'
import type { Session } from './session.js'

interface ReadOnlyNoteProps {
  readonly session: Session
}

/** Says why the document can't be edited, and what to do. @see OFFICE.md SH105, SH108 */
export function ReadOnlyNote({ session }: ReadOnlyNoteProps) {
  const { status, problem } = useRoom(session)
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit)
  if (canEdit) return null
  const why = status === 'closed' ? problem?.problem : undefined
  if (why === 'unauthorized' || why === 'forbidden') return <ShutOut session={session} why={why} />
  return (
    <p className="read-only">
      {session.watches ? 'You are watching. Join to edit.' : 'You can view this document.'}
    </p>
  )
}

interface ShutOutProps {
  readonly session: Session
  readonly why: 'unauthorized' | 'forbidden'
}

function ShutOut({ session, why }: ShutOutProps) {
  const state = useSyncExternalStore(session.document.subscribe, session.document.getSnapshot)
  return (
    <p className="read-only shut-out" role="alert">
      {why === 'unauthorized' ? (
        <>
          You are signed out. <a href={loginAddress()}>Sign in again</a>
          {'. '}
        </>
      ) : (
        'You no longer have access to this document. Ask its owner for access. '
      )}
      {describeUnsaved(state)}
    </p>
  )
}

function loginAddress(): string {
  return `${BASE}login?return=${encodeURIComponent(withoutBase(location.pathname) ?? '/')}`
}

function describeUnsaved({ hasUnsaved, isAtRisk }: DocumentState): string {
  if (isAtRisk) return 'What you wrote last isn’t saved: copy it before you close this window.'
  return hasUnsaved ? 'What you wrote last isn’t saved, but this browser keeps it.' : ''
}
