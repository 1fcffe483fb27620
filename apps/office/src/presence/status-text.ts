import type { RoomSnapshot } from '@whereabouts/client'
import type { Notice } from '../notice.js'
import { t } from '../language/language.js'
import { describeProblem } from '../language/problems.js'

/** The notices that give the reason, so that the status line doesn't. */
export const EXPLAINED: ReadonlySet<Notice['kind']> = new Set([
  'signedOut',
  'shutOut',
  'neverIn',
  'linkEnded',
  'deleted',
  'documentFull',
  'storageFull',
])

/** What the text of the status line depends on beside the room. */
interface Seen {
  /** Whether the others see this client. */
  readonly isSeen: boolean
  /** Whether changes come slowly, because the network holds streams back. */
  readonly isSlow: boolean
}

/** Returns the text of the status line. @see OFFICE.md SH7, OF10, OF23 */
export function statusOf(
  { status, problem }: Pick<RoomSnapshot, 'status' | 'problem'>,
  notice: Notice,
  { isSeen, isSlow }: Seen,
): string {
  const reason = problem === null || EXPLAINED.has(notice.kind) ? null : describeProblem(problem)
  switch (status) {
    case 'connecting':
      return t('status.connecting')
    case 'reconnecting':
      return t('status.reconnecting')
    case 'closed':
      return reason === null ? t('status.closed') : t('status.closedFor', { reason })
    case 'online':
      if (notice.kind === 'signedOut') return t('status.signedOut')
      if (reason !== null) return t('status.liveBut', { reason })
      if (isSlow) return t(isSeen ? 'status.slow' : 'status.watchingSlow')
      return t(isSeen ? 'status.live' : 'status.watching')
  }
}
