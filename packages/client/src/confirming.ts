/** How often a client confirms that it is there, and within what time it promises to do so. */
export interface Pace {
  readonly everyMs: number
  readonly withinMs: number
}

/** So late, as a share of its time, a confirmation may be: it may have to be sent again. */
const TOLERANCE = 1.8
/** Timers of hidden pages run once a minute. */
const HIDDEN = { everyMs: 30_000, withinMs: 90_000 }

/**
 * Returns the pace of a page.
 *
 * @param confirmMs how often the server wants a confirmation; 0 for never
 * @see PROTOCOL.md CL68, CL69
 */
export function paceOf(confirmMs: number, isHidden: boolean): Pace | undefined {
  if (confirmMs === 0) return undefined
  if (isHidden) return { ...HIDDEN, everyMs: Math.max(confirmMs, HIDDEN.everyMs) }
  return { everyMs: confirmMs, withinMs: Math.round(confirmMs * TOLERANCE) }
}

/** When a client confirms. */
export interface Confirming {
  /** How often; `null` for never. */
  readonly confirmEveryMs: number | null
  readonly confirmAtMs: number
  /** How many confirmations there were; one is sent whenever this grows. */
  readonly confirmations: number
}

export const NO_CONFIRMATIONS: Confirming = {
  confirmEveryMs: null,
  confirmAtMs: Infinity,
  confirmations: 0,
}

/** How much longer a client may take to confirm, as a share of the time, so that not all do at once. */
const SPREAD = 0.1
/** How long after a confirmation that failed the next one is sent. */
const AGAIN_MS = 3_000

/** Confirms at another pace, and at once, since the promise was another one. @see PROTOCOL.md CL70 */
export function setPace<T extends Confirming>(state: T, everyMs: number | null, nowMs: number): T {
  if (state.confirmEveryMs === everyMs) return state
  return confirmNow({ ...state, confirmEveryMs: everyMs }, nowMs)
}

export function confirmNow<T extends Confirming>(state: T, nowMs: number): T {
  return { ...state, confirmAtMs: state.confirmEveryMs === null ? Infinity : nowMs }
}

/** The last confirmation has failed. @see PROTOCOL.md CL71 */
export function confirmAgain<T extends Confirming>(state: T, nowMs: number): T {
  return { ...state, confirmAtMs: Math.min(state.confirmAtMs, nowMs + AGAIN_MS) }
}

/** A confirmation was sent, or something in its place. @param moment with a number from 0 to below 1 */
export function planConfirmation<T extends Confirming>(
  state: T,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): T {
  const inMs = (state.confirmEveryMs ?? Infinity) * (1 + random * SPREAD)
  return { ...state, confirmAtMs: nowMs + inMs }
}
