import { Problem, PROBLEMS, type ProblemName } from '@whereabouts/protocol'
import { ForeignAnswer } from './answer.js'

const PROBLEM_TYPE = 'application/problem+json'

/** Returns whether an error is a problem that trying again can't solve. @see PROTOCOL.md CL11 */
export function isLasting(error: unknown): error is Problem {
  return error instanceof Problem && isLastingStatus(error.status)
}

/**
 * Reads an answer that isn't a success: the problem of the server or of its application's guard, or else
 * a {@link ForeignAnswer}, after which to try again.
 *
 * @see PROTOCOL.md CL11, CL32
 */
export async function readRefusal(response: Response): Promise<Error> {
  const { status, headers } = response
  const body: unknown = await response.json().catch(() => null)
  if (headers.get('content-type')?.startsWith(PROBLEM_TYPE)) return refusalOf(status, body)
  const problem = nearest(status, body)
  // A proxy's limit for a body doesn't change by trying again: the client sends less at a time.
  if (status === 413) return problem
  return new ForeignAnswer(problem.detail, isLastingStatus(status) ? problem : undefined)
}

/** Returns the problem of the server with a status and a body. @see PROTOCOL.md VE6 */
export function refusalOf(status: number, body: unknown): Problem {
  return Problem.fromJSON(body) ?? nearest(status, body)
}

/**
 * Returns the error that a room ends with because of a problem within an answer. One of status 401 says
 * nothing against the next request, which has headers of its own.
 *
 * @see PROTOCOL.md CL53, MS8, MS9
 */
export function endingOf(problem: { readonly status: number }): Error {
  const refusal = refusalOf(problem.status, problem)
  return problem.status === 401 ? new Error(refusal.message) : refusal
}

function nearest(status: number, body: unknown): Problem {
  const detail = detailOf(body) ?? `The server answered ${status} without a reason.`
  return new Problem(nearestProblem(status), detail)
}

/** Returns the `detail` of an RFC 9457 problem, or the `message` of an error as Nest writes it. */
function detailOf(body: unknown): string | undefined {
  const { detail, message } = Object(body) as { readonly [field: string]: unknown }
  const said = detail ?? message
  // A validation error has one message for each fault.
  const text: unknown = Array.isArray(said) ? said.join('; ') : said
  return typeof text === 'string' && text.trim() ? text : undefined
}

function isLastingStatus(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

function nearestProblem(status: number): ProblemName {
  if (status === 407) return 'unauthorized'
  const names = Object.keys(PROBLEMS) as ProblemName[]
  const same = names.find((name) => status !== 400 && PROBLEMS[name].status === status)
  return same ?? (status >= 500 ? 'internal' : 'bad-parameter')
}
