import { type Attempted, isStream } from './attempted.js'

/** Frames that are read within so long came together. */
const TOGETHER_MS = 20
/** Nothing came for so long before those of a network that holds events back and passes them on in lumps. */
const PAUSE_MS = 500
const DOUBT_EVERY_MS = 10_000
/** A server's own frames arrive meanwhile, and the next lump doesn't. */
const ASK_AFTER_MS = 300

/** How an attempt's frames come. */
export interface Arrivals {
  /** When the last one came. */
  readonly frameAtMs: number
  /** How long none had come before those that came together last. */
  readonly pauseMs: number
  /** When it was last doubted because of lumps. */
  readonly doubtedAtMs: number
}

/** The first frames come together, however long they took: no pause comes before them. */
export const NO_ARRIVALS: Arrivals = { frameAtMs: Infinity, pauseMs: 0, doubtedAtMs: -Infinity }

/** Returns how a frame comes after those before. */
export function arrive({ frameAtMs, pauseMs, doubtedAtMs }: Attempted, nowMs: number): Arrivals {
  const waitedMs = nowMs - frameAtMs
  const isAlone = waitedMs > TOGETHER_MS
  return { frameAtMs: nowMs, pauseMs: isAlone ? waitedMs : pauseMs, doubtedAtMs }
}

/**
 * Returns whether a stream is to be doubted because another frame comes right after one that followed a
 * pause. Somebody who only reads learns in no other way that a network passes events on in lumps.
 *
 * @see PROTOCOL.md CL128
 */
export function comesInLumps(attempt: Attempted, nowMs: number): boolean {
  const { frameAtMs, pauseMs, doubtedAtMs } = attempt
  const isTogether = nowMs - frameAtMs <= TOGETHER_MS && pauseMs >= PAUSE_MS
  return isStream(attempt) && isTogether && nowMs - doubtedAtMs >= DOUBT_EVERY_MS
}

/** Returns when to ask the server whether there is news that the stream should have shown. */
export function askAfter(nowMs: number): number {
  return nowMs + ASK_AFTER_MS
}
