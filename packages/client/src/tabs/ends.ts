import { Problem } from '@whereabouts/protocol'
import { ForeignAnswer } from '../answer.js'
import { isLasting, refusalOf } from '../refusal.js'
import type { End } from './messages.js'

/** Returns how a wish ends that had an error. */
export function endOf(error: unknown): End {
  if (error instanceof Problem) {
    return { kind: 'problem', status: error.status, problem: error.toJSON() }
  }
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof ForeignAnswer)) return { kind: 'unanswered', message }
  const { problem } = error
  return { kind: 'foreign', message, ...(problem && { problem: problem.toJSON() }) }
}

/**
 * Returns how all wishes of a request end that had an error. What refuses it for good may refuse only
 * this call, so that each tab is better off by itself: it is an older server, or a proxy that blocks an
 * unknown path, or one of the others is to blame.
 *
 * @see PROTOCOL.md CL81
 */
export function endOfAll(error: unknown): End {
  const isRefused = isLasting(error) || (error instanceof ForeignAnswer && error.problem)
  return isRefused ? { kind: 'alone' } : endOf(error)
}

/** Returns the error that a wish ended with; `undefined` if it ended in order. */
export function errorOf(end: Exclude<End, { readonly kind: 'alone' }>): Error | undefined {
  switch (end.kind) {
    case 'ended':
      return undefined
    case 'unanswered':
      return new Error(end.message)
    case 'foreign':
      return new ForeignAnswer(end.message, Problem.fromJSON(end.problem))
    case 'problem':
      return refusalOf(end.status, end.problem)
  }
}
