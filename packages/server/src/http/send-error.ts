import { Problem } from '@whereabouts/protocol'
import type { Log } from '../log.js'
import type { Call } from './call.js'

/** Answers a failed call. Never throws. @see PROTOCOL.md ER1, ER5 */
export function sendError(call: Call, error: unknown, log: Log): void {
  try {
    if (error instanceof Problem) return call.problem(error)
    log.error(error)
    call.problem(new Problem('internal', 'The server failed. Try again later.'))
  } catch (fault) {
    // The caller can't be told, because the response can't be written to.
    log.error(fault)
    call.response.destroy()
  }
}
