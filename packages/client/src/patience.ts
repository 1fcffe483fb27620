/** The longest time that the server has to answer. */
const LONGEST_MS = 10_000
const FIRST_EVENT_MS = 5_000
const CHECK_MS = 3_000
/** A timer that comes so much later was late because this process was busy or suspended. */
const LATE_MS = 250
/** How long such a process reads what has arrived before it judges. */
export const READ_FIRST_MS = 100
/** A process that is always busy judges all the same, so long after it last read first. */
const JUDGED_FOR_MS = 2_000

/** How much an answer counts for each one that came after it. */
const FADING = 0.8

/** Returns the longest of the last answers, of which earlier ones count less. */
export function slowest(tookMs: number, beforeMs: number): number {
  return Math.max(tookMs, beforeMs * FADING)
}

/** Returns how long the server has if its last answer took so long: twice as long. */
export function secondMs(tookMs: number): number {
  return Math.min(LONGEST_MS, 2 * tookMs)
}

/**
 * Returns how long a way has for its first event. A server that has just started may be slow for
 * everybody; who gives up early asks it again and again, and makes it slower.
 *
 * @param failures before this attempt
 * @see PROTOCOL.md CL90
 */
export function firstEventMs(failures: number, tookMs: number): number {
  return failures > 0 ? LONGEST_MS : Math.max(FIRST_EVENT_MS, secondMs(tookMs))
}

/** Returns how long the answer to a long-poll may take, apart from its waiting. */
export function pollAnswerMs(tookMs: number): number {
  return Math.max(FIRST_EVENT_MS, secondMs(tookMs))
}

/** Returns how long the server has to answer whether there is news. @see PROTOCOL.md CL91 */
export function checkMs(tookMs: number): number {
  return Math.max(CHECK_MS, secondMs(tookMs))
}

/**
 * Returns whether this process was busy or suspended, so that it has to read first.
 *
 * @param judgedForMs how long it has judged since it last did so
 * @see PROTOCOL.md CL94
 */
export function isLate(lateMs: number, judgedForMs: number): boolean {
  return lateMs > LATE_MS && judgedForMs > JUDGED_FOR_MS
}
