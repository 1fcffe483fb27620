export type { Audit, AuditEntry, Manager } from './access/audit.js'
export {
  Administration,
  type Imported,
  type ListedDocument,
  type Retention,
} from './administration.js'
export type {
  Catalog,
  Compaction,
  DocumentInfo,
  DocumentStore,
  KnownDocument,
  OpenStore,
  Page,
  Removal,
  RoomRecord,
  RoomUpdate,
  StoredDocument,
  StoredUpdate,
  StoredRecord,
  StoreModule,
  Totals,
  UntoldRoom,
  UntoldRooms,
} from './document/store.js'
export type {
  NewVersion,
  StoredVersion,
  VersionPage,
  VersionStore,
  Writer,
} from './document/version-store.js'
export type { DocumentFiles, FileCall } from './document-files.js'
export type { FirstContent, OnLoadDocument } from './first-contents.js'
export type { PostgresConnection, PostgresPool } from './document/handed-pool.js'
export type { RedisClient } from './exchange/handed-client.js'
export { documentRoom } from './room/document-room.js'
export type { AddedMetric } from './http/metrics.js'
export type { Log } from './log.js'
export {
  type AskedAction,
  type Authenticate,
  type AuthenticatedUser,
  type Authorize,
  type CallsMount,
  DEFAULTS,
  findFaults,
  sharedAccess,
  type WhereaboutsOptions,
} from './options.js'
export type { OptionFault } from './option-faults.js'
export { createWhereabouts, type Whereabouts } from './whereabouts.js'
export type { UserClaim } from './room/user.js'
export {
  type Audience,
  type CopyOptions,
  type Disconnected,
  type RoomEvents,
  Rooms,
  type WatchOptions,
} from './rooms.js'
export type { Revalidation } from './visits.js'
export type { DocumentChange, TransactOptions, Yjs } from './document/transactions.js'
export type { OnStoreDocument } from './store-calls.js'
export type { Happening } from './happenings.js'
export type { HostedRoomInfo, RoomsCount } from './room-server.js'
export {
  type Action,
  ACTIONS,
  type Author,
  type Json,
  type Member,
  type Moved,
  Problem,
  type RoomPatch,
  type RoomAnswer,
  type User,
  type Version,
  type View,
} from '@whereabouts/protocol'
