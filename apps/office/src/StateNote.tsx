import { useSnapshotOf } from '@whereabouts/client/react'
import { useMemo, useState, useSyncExternalStore } from 'react'
import { BASE, withoutBase } from './base.js'
import { latePart } from './late-part.js'
import { describeNotice, type Notice, noticeOf } from './notice.js'
import { SteadyState } from './presence/steady-state.js'
import { isViewLink, type Kind } from './route.js'
import type { Session } from './session.js'
import { t } from './language/language.js'

const FormerDialog = latePart(async () => (await import('./FormerDialog.js')).FormerDialog)
const UnsavedDialog = latePart(async () => (await import('./UnsavedDialog.js')).UnsavedDialog)

interface StateNoteProps {
  readonly session: Session
  readonly kind: Kind
}

/** The kinds that call for nothing unless something isn't saved: they say what the window is for. */
const QUIET: ReadonlySet<Notice['kind']> = new Set(['viewing', 'watching'])

/** Says why the document can't be edited or saved, and what to do. @see OFFICE.md SH105, SH108, OF10 */
export function StateNote({ session, kind }: StateNoteProps) {
  const notice = useNotice(session)
  const [shown, show] = useState<'former' | 'unsaved' | null>(null)
  if (shown !== null) {
    const Dialog = shown === 'former' ? FormerDialog : UnsavedDialog
    return <Dialog session={session} kind={kind} onClose={() => show(null)} />
  }
  if (notice.kind === 'none') return null
  const { text, rest } = describeNotice(notice)
  // Only a page has comments.
  const mayComment = kind === 'page' && session.getSnapshot().can?.includes('comment') === true
  const isQuiet = QUIET.has(notice.kind) && !hasUnsaved(notice)
  return (
    <p
      className={isQuiet ? 'state-note' : 'state-note urgent'}
      role={isQuiet ? undefined : 'alert'}
      data-kind={notice.kind}
    >
      {notice.kind === 'viewing' && mayComment ? t('share.youComment') : text}
      <WayOn notice={notice} session={session} onShow={() => show('former')} />
      {rest && ` ${rest}`}
      {hasUnsaved(notice) && <Link text={t('notice.show')} onClick={() => show('unsaved')} />}
    </p>
  )
}

function hasUnsaved(notice: Notice): boolean {
  return 'unsaved' in notice && notice.unsaved !== 'nothing'
}

interface WayOnProps extends Pick<StateNoteProps, 'session'> {
  readonly notice: Notice
  /** Shows what this browser keeps of a deleted document. */
  readonly onShow: () => void
}

function WayOn({ notice, session, onShow }: WayOnProps) {
  if (notice.kind === 'begunAgain' || notice.kind === 'replaced')
    return <Link text={t('notice.show')} onClick={onShow} />
  if (notice.kind === 'signedOut') {
    return (
      <>
        {' '}
        <a href={loginAddress()}>{t('notice.signIn')}</a>
      </>
    )
  }
  if (notice.kind !== 'deleted' || !notice.mayBegin) return null
  return <Link text={t('notice.begin')} onClick={session.retry} />
}

function Link({ text, onClick }: { readonly text: string; readonly onClick: () => void }) {
  return (
    <>
      {' '}
      <button type="button" className="link" onClick={onClick}>
        {text}
      </button>
    </>
  )
}

function loginAddress(): string {
  return `${BASE}login?return=${encodeURIComponent(withoutBase(location.pathname) ?? '/')}`
}

/** Returns what there is to say of a session's document. */
export function useNotice(session: Session): Notice {
  const { status, problem, can } = useSnapshotOf(session)
  const { document } = session
  const steady = useMemo(() => new SteadyState(document), [document])
  const { saving } = useSyncExternalStore(steady.subscribe, steady.getSnapshot)
  const { problem: refusal, former } = useSyncExternalStore(
    document.subscribe,
    document.getSnapshot,
  )
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit)
  const watches = useSyncExternalStore(session.subscribe, () => session.watches)
  return noticeOf({
    status,
    roomProblem: problem?.problem,
    documentProblem: refusal?.problem,
    saving,
    canEdit,
    watches,
    former,
    isLink: isViewLink(session.name),
    can,
  })
}
