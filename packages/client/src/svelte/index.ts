export { type Readable, roomStores, type RoomStores, type Writable } from './stores.js'
export { type IsEqual, shallow } from '../held/selection.js'
export type { Mapped } from '../held/selectors.js'
