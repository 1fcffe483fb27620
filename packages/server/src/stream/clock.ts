import { PROCESS, type Surroundings } from '../exchange/surroundings.js'

/** Time, as far as frames and connections need it. */
export interface Clock extends Pick<Surroundings, 'now' | 'after'> {
  /** Returns how much of that time the process was busy, in milliseconds. */
  busyMs(): number
}

/** The process's own time. Its timers don't keep the process alive. */
export const SYSTEM_CLOCK: Clock = {
  ...PROCESS,
  busyMs: () => performance.eventLoopUtilization().active,
}
