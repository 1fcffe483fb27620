export { BroadcastNumber } from './broadcast-number.js'
export { deletionsBefore, isNoDocument, noDocument } from './incarnation.js'
export { equalJson, type Json } from './json.js'
export type {
  Action,
  Author,
  Broadcast,
  Broadcasted,
  Can,
  Confirmed,
  DocumentList,
  DocumentNews,
  Elsewhere,
  Goodbye,
  Hello,
  InspectedMember,
  InspectedReader,
  Inspection,
  Latency,
  ListedDocument,
  ListedDocuments,
  ListFolder,
  Lock,
  Locked,
  Member,
  Moved,
  On,
  Patch,
  Resync,
  RoomPatch,
  RoomAnswer,
  RoomLocks,
  Snapshot,
  Status,
  Transport,
  Unlocked,
  Updated,
  User,
  Version,
  Versions,
  View,
  Whisper,
} from './messages.js'
export { ACTIONS, PROTOCOL_VERSION } from './messages.js'
export {
  COMMENTS_PREFIX,
  commentsOf,
  DEFAULT_ROOM,
  documentOfComments,
  isColor,
  isLockKey,
  isMemberKey,
  isOwnRoomName,
  isRoomName,
  isViewLink,
  parseDocumentTitle,
  parseUserName,
  VIEW_PREFIX,
} from './names.js'
export { formatPosition, parsePosition, type Position } from './position.js'
export {
  type BadUpdateReason,
  Problem,
  PROBLEMS,
  type ProblemExtensions,
  type ProblemName,
} from './problem.js'
export { applyPatch, applySnapshot, EMPTY_ROOM, type RoomState } from './reducer.js'
export {
  type Access,
  type AccessAnswer,
  type AccessChange,
  LINK_ROLES,
  type LinkGives,
  type Role,
  ROLES,
  type Offer,
  type SharedUser,
} from './sharing.js'
export { encodeEvent, SSE_COMMENT, type SseEvent } from './sse.js'
export { type OwnBytes, readSyncAnswer, writeSyncAnswer, type SyncAnswer } from './sync.js'
