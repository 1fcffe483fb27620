import type { Json } from '@whereabouts/protocol'
import type { ReactNode } from 'react'
import type { AnyRoom } from '../../room.js'
import type { RoomSnapshot } from '../../store.js'
import { useSnapshotOf } from '../context.js'
import { useNearestRoom } from '../room-provider.js'

/** What `StatusLine` takes. All of it may be left out. */
export interface StatusLineProps {
  /** @default the room of the nearest `RoomProvider` */
  readonly room?: Pick<AnyRoom, 'getSnapshot' | 'subscribe'>
  /** Returns the text. @default `Connecting…`, `Live`, `Reconnecting…` or `Closed`, and what is wrong */
  readonly describe?: (snapshot: RoomSnapshot) => string
  /** Shown to those who point at the text. */
  readonly title?: string | undefined
  /** @default whereabouts-status */
  readonly className?: string
  /** Shown after the text, such as what is saved. */
  readonly children?: ReactNode
}

const TEXTS = {
  connecting: 'Connecting…',
  online: 'Live',
  reconnecting: 'Reconnecting…',
  closed: 'Closed',
} as const satisfies { readonly [status in RoomSnapshot['status']]: string }

/**
 * Says whether the room is live. A screen reader reads each change.
 *
 * @example <StatusLine /> // Live
 * @see PROTOCOL.md CL103, CL108
 */
export function StatusLine(props: StatusLineProps): ReactNode {
  const { room, describe = textOf, title, className = 'whereabouts-status', children } = props
  const shown = useNearestRoom(room)
  const status = useSnapshotOf(shown, statusOf)
  const text = useSnapshotOf<Json, Json, string>(shown, describe)
  return (
    <div className={className} data-status={status}>
      <output title={title}>{text}</output>
      {children}
    </div>
  )
}

const statusOf = ({ status }: RoomSnapshot) => status

function textOf({ status, problem }: RoomSnapshot): string {
  const text = TEXTS[status]
  return problem === null ? text : `${text}: ${problem.detail}`
}
