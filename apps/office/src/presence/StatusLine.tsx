import type { RoomSnapshot } from '@whereabouts/client'

interface StatusLineProps {
  readonly snapshot: RoomSnapshot
  readonly watches: boolean
  readonly onWatch: () => void
  readonly onJoin: () => void
}

/** Says how the connection is, and offers a way on when it is over. @see PROTOCOL.md SH7 */
export function StatusLine({ snapshot, watches, onWatch, onJoin }: StatusLineProps) {
  const { status, problem } = snapshot
  const isFull = problem?.problem === 'room-full'
  return (
    <div className="status" data-status={status}>
      <output>{describe(snapshot, watches)}</output>
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

function describe({ status, problem }: RoomSnapshot, watches: boolean): string {
  switch (status) {
    case 'connecting':
      return 'Connecting…'
    case 'reconnecting':
      return 'Reconnecting…'
    case 'closed':
      return problem === null ? 'Closed' : `Closed: ${problem.detail}`
    case 'online':
      if (problem !== null) return `Live, but: ${problem.detail}`
      return watches ? 'Live, watching' : 'Live'
  }
}
