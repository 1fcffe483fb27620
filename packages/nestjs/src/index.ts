export {
  type Authenticate,
  type AuthenticatedUser,
  DEFAULTS,
  findFaults,
  type OptionFault,
  type WhereaboutsMount,
  type WhereaboutsOptions,
} from './options.js'
export { isWhereaboutsCall } from './http/own-routes.js'
export { EveryProblemFilter } from './http/problem.filter.js'
export { ShortPath } from './http/short-path.js'
export type { UserClaim } from './room/user.js'
export { Rooms, type WatchOptions } from './rooms.js'
export type { RoomsCount } from './room-server.js'
export { WhereaboutsModule } from './whereabouts.module.js'
export {
  type Json,
  type Member,
  type Moved,
  Problem,
  type RoomPatch,
  type RoomSnapshot,
  type User,
  type View,
} from '@whereabouts/protocol'
