import { useRoom } from '@whereabouts/client/react'
import { useMemo, useSyncExternalStore } from 'react'
import { BASE, withoutBase } from './base.js'
import { describeNotice, type Notice, noticeOf } from './notice.js'
import { SteadyState } from './presence/steady-state.js'
import { isViewLink } from './route.js'
import type { Session } from './session.js'

interface StateNoteProps {
  readonly session: Session
}

/** The kinds that don't call for anything: they say what the window is for. */
const QUIET: ReadonlySet<Notice['kind']> = new Set(['viewing', 'watching'])

/** Says why the document can't be edited or saved, and what to do. @see OFFICE.md SH105, SH108, OF10 */
export function StateNote({ session }: StateNoteProps) {
  const notice = useNotice(session)
  if (notice.kind === 'none') return null
  const { text, rest } = describeNotice(notice)
  return (
    <p
      className={QUIET.has(notice.kind) ? 'state-note' : 'state-note urgent'}
      role={QUIET.has(notice.kind) ? undefined : 'alert'}
      data-kind={notice.kind}
    >
      {text}
      <WayOn notice={notice} session={session} />
      {rest && ` ${rest}`}
    </p>
  )
}

function WayOn({ notice, session }: StateNoteProps & { readonly notice: Notice }) {
  if (notice.kind === 'signedOut') {
    return (
      <>
        {' '}
        <a href={loginAddress()}>Sign in again</a>.
      </>
    )
  }
  if (notice.kind !== 'deleted' || !notice.mayBegin) return null
  return (
    <>
      {' '}
      <button type="button" className="link" onClick={session.retry}>
        Begin an empty document here
      </button>
      .
    </>
  )
}

function loginAddress(): string {
  return `${BASE}login?return=${encodeURIComponent(withoutBase(location.pathname) ?? '/')}`
}

/** Returns what there is to say of a session's document. */
export function useNotice(session: Session): Notice {
  const { status, problem, can } = useRoom(session)
  const { document } = session
  const steady = useMemo(() => new SteadyState(document), [document])
  const { saving } = useSyncExternalStore(steady.subscribe, steady.getSnapshot)
  const { problem: refusal } = useSyncExternalStore(document.subscribe, document.getSnapshot)
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit)
  const watches = useSyncExternalStore(session.subscribe, () => session.watches)
  return noticeOf({
    status,
    roomProblem: problem?.problem,
    documentProblem: refusal?.problem,
    saving,
    canEdit,
    watches,
    isLink: isViewLink(session.name),
    can,
  })
}
