export {
  isColor,
  isRoomName,
  parseUserName,
  Problem,
  type Access,
  type AccessAnswer,
  type AccessChange,
  type Action,
  type DocumentList,
  type Json,
  type LinkGives,
  type ListedDocument,
  type ListedDocuments,
  type ListFolder,
  type Member,
  type Offer,
  type RoomLocks,
  type SharedUser,
  type User,
} from '@whereabouts/protocol'
export type { EventListener, MissedListener } from './broadcasts.js'
export type { JoinOptions, UserOptions } from './options.js'
export { type AnyRoom, joinRoom, type Room } from './room.js'
export type { SharedRoom, Sharing } from './sharing.js'
export type { RoomSnapshot, RoomStatus } from './store.js'
