import type { RoomCatalog } from '../document/store.js'
import { Sharing } from './sharing.js'

/** Access records that nobody asks. */
export const NO_SHARING = new Sharing({} as RoomCatalog, 'edit')
