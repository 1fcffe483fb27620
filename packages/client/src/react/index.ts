'use client'

export {
  createRoomContext,
  type RoomContext,
  useSnapshotOf,
  type UsedLock,
  type UseSelection,
  type UseSelfSelection,
} from './context.js'
export { type IsEqual, shallow } from '../held/selection.js'
export type { Mapped } from '../held/selectors.js'
export { Avatars, type AvatarsProps } from './parts/avatars.js'
export { Cursors, type CursorsProps, type Point } from './parts/cursors.js'
export { initials } from './parts/person.js'
export { StatusLine, type StatusLineProps } from './parts/status-line.js'
export type { RoomProviderProps } from './room-provider.js'
