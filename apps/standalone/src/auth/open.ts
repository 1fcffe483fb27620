import type { Auth } from './auth.js'

/** Anyone may call, under the name that they give. */
export const OPEN: Auth = { mode: 'open' }
