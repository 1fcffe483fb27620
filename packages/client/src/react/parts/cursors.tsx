import type { Json, Member } from '@whereabouts/protocol'
import {
  type CSSProperties,
  type HTMLAttributes,
  memo,
  type PointerEvent,
  type ReactNode,
  useSyncExternalStore,
} from 'react'
import type { AnyRoom } from '../../room.js'
import type { RoomSnapshot } from '../../store.js'
import { useSnapshotOf } from '../context.js'
import { useNearestRoom } from '../room-provider.js'
import { nameOf, paint } from './person.js'

/** A place in a container, in percent of its width and height. */
export type Point = { readonly x: number; readonly y: number }

/** What `Cursors` takes, beside the attributes of a `div`. All of it may be left out. */
export interface CursorsProps<Location extends Json = Json> extends HTMLAttributes<HTMLDivElement> {
  /** @default the room of the nearest `RoomProvider` */
  readonly room?: Pick<AnyRoom, 'getSnapshot' | 'subscribe' | 'move'>
  /** Returns where a location is; nothing if it isn't in this container. @default its `x` and `y` */
  readonly pointOf?: (location: Location) => Point | null | undefined
  /**
   * Returns the location to post when the pointer is here, or `null` when it has left; `undefined` posts
   * nothing. @default the point
   */
  readonly locationOf?: (point: Point | null) => Location | null | undefined
  /** What a cursor looks like. @default an arrow, and the name */
  readonly draw?: (member: Member) => ReactNode
  /** How long a cursor takes to its next place; at once for those who want less motion. @default 100 */
  readonly glideMs?: number
}

/**
 * A container that shows the pointers of the other members over its children, and tells the room where the
 * own pointer is. Places are in percent, so that windows of all sizes show the same.
 *
 * @example <Cursors className="board">…</Cursors>
 * @see PROTOCOL.md CL109
 */
export function Cursors<Location extends Json = Json>(props: CursorsProps<Location>): ReactNode {
  const { room: given, pointOf, locationOf, draw = arrowOf, glideMs = 100, ...div } = props
  const { children, style, onPointerMove, onPointerLeave, ...others } = div
  const room = useNearestRoom(given)
  const members = useSnapshotOf(room, othersOf)
  const isStill = useReducedMotion()
  const tell = (point: Point | null) => {
    const location = locationOf === undefined ? point : locationOf(point)
    if (location !== undefined) (room.move as (location: Json) => void)(location)
  }
  return (
    <div
      style={{ position: 'relative', ...style }}
      onPointerMove={(event) => {
        tell(placeOf(event))
        onPointerMove?.(event)
      }}
      onPointerLeave={(event) => {
        tell(null)
        onPointerLeave?.(event)
      }}
      {...others}
    >
      {children}
      {/* Whoever can't see the pointers is told by `Avatars` who is here. */}
      <div aria-hidden="true" style={LAYER}>
        {members.map((member) => {
          const point = pointIn(member, pointOf as CursorsProps['pointOf'])
          if (!point) return null
          const { id } = member
          return <Cursor key={id} {...{ member, draw, ...point, glideMs: isStill ? 0 : glideMs }} />
        })}
      </div>
    </div>
  )
}

interface CursorProps extends Point {
  readonly member: Member
  readonly draw: (member: Member) => ReactNode
  readonly glideMs: number
}

const COVER = { position: 'absolute', inset: 0, pointerEvents: 'none' } as const
// What covers the container and is moved to the right of it mustn't make the page wider.
const LAYER = { ...COVER, overflow: 'hidden' } as const satisfies CSSProperties

/** As large as the container, so that the percentages of its translation are the container's. */
const Cursor = memo(({ member, draw, x, y, glideMs }: CursorProps) => (
  <div
    className="whereabouts-cursor"
    data-member={member.id}
    data-status={member.status}
    style={paint(member, {
      ...COVER,
      transform: `translate(${x}%, ${y}%)`,
      transition: glideMs === 0 ? 'none' : `transform ${glideMs}ms linear`,
    })}
  >
    {draw(member)}
  </div>
))

function arrowOf(member: Member): ReactNode {
  return (
    <>
      <svg width="16" height="16" viewBox="0 0 16 16">
        <path d="M0 0 5 15 8 8 15 5Z" fill={member.user.color} stroke="#fff" />
      </svg>
      <span className="whereabouts-cursor-name">{nameOf(member)}</span>
    </>
  )
}

const othersOf = ({ others }: RoomSnapshot) => others

function placeOf({ currentTarget, clientX, clientY }: PointerEvent): Point {
  const { left, top, width, height } = currentTarget.getBoundingClientRect()
  return { x: percent(clientX - left, width), y: percent(clientY - top, height) }
}

function percent(part: number, whole: number): number {
  return Math.round((part / whole) * 10_000) / 100
}

function pointIn(
  { location }: Member,
  pointOf: NonNullable<CursorsProps['pointOf']> = ownPoint,
): Point | null | undefined {
  return location === null ? null : pointOf(location)
}

function ownPoint(location: Json): Point | null {
  const { x, y } = Object(location) as { readonly [field: string]: unknown }
  return typeof x === 'number' && typeof y === 'number' ? { x, y } : null
}

const REDUCED = '(prefers-reduced-motion: reduce)'

function useReducedMotion(): boolean {
  return useSyncExternalStore(
    followMotion,
    () => matchMedia(REDUCED).matches,
    () => false,
  )
}

function followMotion(listener: () => void): () => void {
  const motion = matchMedia(REDUCED)
  motion.addEventListener('change', listener)
  return () => motion.removeEventListener('change', listener)
}
