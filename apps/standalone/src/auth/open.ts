import type { Auth } from './auth.js'

/** Anyone may call, under any name. */
export const OPEN: Auth = { mode: 'open' }
