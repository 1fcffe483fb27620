import { hasType, isJson } from './caller.js'
import type { Asked } from './seen.js'

const PROBLEM = 'urn:whereabouts:problem:'

/** Returns whether the server answered a read of a room. @see PROTOCOL.md HT4 */
export function isOurs(asked: Asked): boolean {
  const { id, members } = Object(asked.body) as {
    readonly id?: unknown
    readonly members?: unknown
  }
  return isJson(asked) && typeof id === 'string' && Array.isArray(members)
}

/** Returns the name of the server's own problem that an answer is, if it is one. @see PROTOCOL.md ER1 */
export function problemIn({ answer, body }: Asked): string | undefined {
  const { type } = Object(body) as { readonly type?: unknown }
  const isProblem = answer !== undefined && hasType(answer, 'application/problem+json')
  if (!isProblem || typeof type !== 'string' || !type.startsWith(PROBLEM)) return undefined
  return type.slice(PROBLEM.length)
}

/** Returns what a problem says to do. */
export function detailIn({ body }: Asked): string | undefined {
  const { detail } = Object(body) as { readonly detail?: unknown }
  return typeof detail === 'string' ? detail : undefined
}
