import type { RoomSnapshot } from '@whereabouts/client'
import type { Notice } from '../notice.js'

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

/** @see OFFICE.md OF24 */
export const SLOW_TITLE =
  'Something on your network holds changes back. They come a little later; nothing is lost.'

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
  const reason = problem === null || EXPLAINED.has(notice.kind) ? null : problem.detail
  switch (status) {
    case 'connecting':
      return 'Connecting…'
    case 'reconnecting':
      return 'Reconnecting…'
    case 'closed':
      return reason === null ? 'Closed' : `Closed: ${reason}`
    case 'online':
      if (notice.kind === 'signedOut') return 'Live, but signed out'
      if (reason !== null) return `Live, but: ${reason}`
      return ['Live', ...(isSeen ? [] : ['watching']), ...(isSlow ? ['slow network'] : [])].join(
        ', ',
      )
  }
}
