export {
  isColor,
  isRoomName,
  parseUserName,
  Problem,
  type Action,
  type Json,
  type Member,
  type User,
} from '@whereabouts/protocol'
export type { JoinOptions, UserOptions } from './options.js'
export { joinRoom, type Room } from './room.js'
export type { RoomSnapshot, RoomStatus } from './store.js'
