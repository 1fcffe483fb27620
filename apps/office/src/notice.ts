import type { Problem, RoomStatus } from '@whereabouts/client'
import type { Former, Saving } from './room-document.js'
import { t } from './language/language.js'

type ProblemName = Problem['problem']

/** Everything that the notice of a document depends on. */
export interface NoticeState {
  readonly status: RoomStatus
  /** Why the room is closed, or why the user's place was refused. */
  readonly roomProblem: ProblemName | undefined
  /** Why edits aren't taken. */
  readonly documentProblem: ProblemName | undefined
  readonly saving: Saving
  readonly canEdit: boolean
  /** Whether the user chose to watch. */
  readonly watches: boolean
  readonly former: Former
  /** Whether the window is on a view link. */
  readonly isLink: boolean
  /** What the server lets the user do, or last let them; `null` if it never said. */
  readonly can: readonly string[] | null
}

/** What isn't saved: nothing, something that this browser keeps, or something that it doesn't. */
export type Unsaved = 'nothing' | 'kept' | 'unkept'

/**
 * The one thing that a user has to know of a document's state:
 * - `none`: nothing;
 * - `viewing`: they may not edit;
 * - `watching`: they chose to watch a full room;
 * - `signedOut`: the server doesn't know them any more;
 * - `shutOut`: they may no longer see the document, and `neverIn`: they never could;
 * - `linkEnded`: the view link no longer works;
 * - `deleted`: the document was deleted; `mayBegin` if they may begin another one;
 * - `lost`: the server doesn't have it any more, and they didn't own it;
 * - `replaced`: the server has lost it, and has another one in its place;
 * - `begunAgain`: it was deleted and begun again, and had edits of theirs that were never saved;
 * - `documentFull`, `storageFull`: what they write isn't taken.
 */
export type Notice =
  | { readonly kind: 'none' | 'watching' | 'neverIn' | 'linkEnded' | 'begunAgain' | 'replaced' }
  | { readonly kind: 'deleted'; readonly mayBegin: boolean }
  | {
      readonly kind: 'viewing' | 'signedOut' | 'shutOut' | 'lost' | 'documentFull' | 'storageFull'
      readonly unsaved: Unsaved
    }

/** Returns what to tell the user of a state: one reason, the first that is true. @see OFFICE.md OF10 */
export function noticeOf(state: NoticeState): Notice {
  const { status, roomProblem, documentProblem, canEdit, watches } = state
  const unsaved = unsavedIn(state)
  if (roomProblem === 'unauthorized' || documentProblem === 'unauthorized')
    return { kind: 'signedOut', unsaved }
  if (status === 'closed') return whyClosed(state)
  if (state.former !== null) return { kind: state.former === 'lost' ? 'replaced' : 'begunAgain' }
  if (documentProblem === 'document-lost') return { kind: 'lost', unsaved }
  if (documentProblem === 'document-full') return { kind: 'documentFull', unsaved }
  if (documentProblem === 'storage-full') return { kind: 'storageFull', unsaved }
  if (watches) return { kind: 'watching' }
  return canEdit ? { kind: 'none' } : { kind: 'viewing', unsaved }
}

/** The status line says every other reason. */
function whyClosed(state: NoticeState): Notice {
  const { roomProblem, isLink, can } = state
  if (roomProblem === 'document-deleted')
    return { kind: 'deleted', mayBegin: can?.includes('write') === true }
  if (roomProblem !== 'forbidden') return { kind: 'none' }
  if (isLink) return { kind: 'linkEnded' }
  return can === null ? { kind: 'neverIn' } : { kind: 'shutOut', unsaved: unsavedIn(state) }
}

function unsavedIn({ saving, isLink }: NoticeState): Unsaved {
  // Nothing is ever written over a view link.
  if (isLink) return 'nothing'
  switch (saving) {
    case 'kept':
      return 'kept'
    case 'unkept':
    case 'setAside':
      return 'unkept'
    default:
      return 'nothing'
  }
}

/**
 * Returns the text of a notice: what happened, what that means for what was written, and what the
 * user can do. A way to sign in, or to begin again, is shown before `rest`.
 */
export function describeNotice(notice: Notice): { readonly text: string; readonly rest: string } {
  const { kind } = notice
  if (kind === 'none') return { text: '', rest: '' }
  return { text: t(`notice.${kind}`), rest: restOf(notice) }
}

function restOf(notice: Notice): string {
  switch (notice.kind) {
    case 'viewing':
    case 'shutOut':
      return saysUnsaved(notice.unsaved, 'notice.onlyHere')
    case 'signedOut':
    case 'lost':
    case 'documentFull':
    case 'storageFull':
      return saysUnsaved(notice.unsaved, 'notice.untilBack')
    case 'deleted':
      return notice.mayBegin ? t('notice.beginsEmpty') : ''
    default:
      return ''
  }
}

/** @param kept what to say of edits that this browser keeps */
function saysUnsaved(unsaved: Unsaved, kept: 'notice.onlyHere' | 'notice.untilBack'): string {
  if (unsaved === 'nothing') return ''
  return t(unsaved === 'kept' ? kept : 'notice.unkept')
}
