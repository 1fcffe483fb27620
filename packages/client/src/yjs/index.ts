export {
  PresenceAwareness,
  type AwarenessChanges,
  type AwarenessEvents,
} from './presence-awareness.js'
export type { AwarenessState } from './presence-location.js'
export { RoomProvider, type ProviderEvents, type ProviderOptions } from './room-provider.js'
