import type { RoomCatalog } from '../document/store.js'
import { Quotas } from '../document/quota.js'
import { Sharing } from './sharing.js'

/** Access records in a catalog that is asked for nothing, or for what a test says. */
export function sharingOf(catalog: Partial<RoomCatalog>): Sharing {
  const asked = { outdate: () => {}, ...catalog } as RoomCatalog
  const unlimited = { maxStoredBytes: 0, maxOwnerBytes: 0 }
  const quotas = new Quotas(unlimited, asked, () => 0, { warn: () => {} })
  return new Sharing(asked, 'edit', quotas)
}

/** Access records that nobody asks. */
export const NO_SHARING = sharingOf({})
