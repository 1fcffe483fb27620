// What a framework's mount of the server is made of. An application needs none of it.
export { DEFAULT_ROOM } from '@whereabouts/protocol'
export type { Bodies } from './http/body.js'
export { Call, methodNotAllowed, type PlatformRequest, type PlatformResponse } from './http/call.js'
export type { Calls } from './http/calls.js'
export { describeCalls } from './http/openapi.js'
export {
  type Address,
  isInRoom,
  pathOf,
  readAddress,
  ROOM_CALLS,
  type RoomCall,
} from './http/routes.js'
export {
  faultsOf,
  findFaults,
  refuse,
  type ResolvedOptions,
  resolveOptions,
  type WhereaboutsOptions,
} from './options.js'
export { RoomServer } from './room-server.js'
export { Rooms } from './rooms.js'
export type { Log } from './log.js'
export { Service } from './service.js'
