// Exports for framework packages that mount the server. Applications don't need them.
export { Administration } from './administration.js'
export { rangeOf } from './access/accounts.js'
export { isUserId } from './access/known-user.js'
export { readBasePath } from './access/base-path.js'
export { askedHost, Proxies } from './access/proxies.js'
export { RareWarning } from './access/rare-warning.js'
export { resolveSecret } from './access/secret.js'
export { DEFAULT_ROOM } from '@whereabouts/protocol'
export type { Bodies } from './http/body.js'
export { Call } from './http/call.js'
export { Handler } from './http/handler.js'
export {
  type Address,
  isArticle,
  isInRoom,
  isStreams,
  type OperationsCall,
  pathOf,
  readAddress,
  ROOM_CALLS,
  type RoomCall,
} from './http/routes.js'
export { sendError } from './http/send-error.js'
export { SpareSockets } from './http/spare-sockets.js'
export type { Log } from './log.js'
export { faultsOf } from './option-faults.js'
export {
  assertAuth,
  type CallsMount,
  findFaults,
  isAuthSaid,
  FINISH_MS,
  MOUNT_DEFAULTS,
  MOUNT_SHAPE,
  refuse,
  type ResolvedOptions,
  resolveOptions,
  settleMount,
  type WhereaboutsOptions,
} from './options.js'
export { RoomServer } from './room-server.js'
export { Rooms } from './rooms.js'
export { Service } from './service.js'
