import { type Action, ACTIONS } from '@whereabouts/protocol'

// A server that says nothing of rights lets everybody do all but `manage`.
const USUAL = ACTIONS.slice(0, -1)

/**
 * Reads `can` of a message.
 *
 * @param said `undefined` if the message doesn't have it
 * @param before what was allowed before; returned if it is the same
 * @see PROTOCOL.md CL50, CL51
 */
export function readCan(said: unknown, before: readonly Action[] | null): readonly Action[] {
  if (said === undefined) return before ?? USUAL
  const can = ACTIONS.filter((action) => Array.isArray(said) && said.includes(action))
  return String(can) === String(before) ? before! : can
}
