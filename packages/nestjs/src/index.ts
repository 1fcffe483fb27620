export { isWhereaboutsCall } from './http/own-routes.js'
export type { WhereaboutsMount } from './options.js'
export { Rooms } from './rooms.js'
export { WhereaboutsModule } from './whereabouts.module.js'
export {
  Administration,
  type Action,
  type AskedAction,
  type Authenticate,
  type AuthenticatedUser,
  type Authorize,
  DEFAULTS,
  type Disconnected,
  findFaults,
  type Json,
  type ListedDocument,
  type Log,
  type Manager,
  type Member,
  type Moved,
  type OptionFault,
  Problem,
  type Retention,
  type Revalidation,
  type RoomPatch,
  type RoomsCount,
  type RoomAnswer,
  sharedAccess,
  type User,
  type UserClaim,
  type View,
  type WatchOptions,
  type WhereaboutsOptions,
} from '@whereabouts/server'
