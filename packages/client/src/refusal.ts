import { Problem, PROBLEMS, type ProblemName } from '@whereabouts/protocol'

/** Returns whether an error is a problem that trying again can't solve. @see PROTOCOL.md CL11 */
export function isLasting(error: unknown): error is Problem {
  return error instanceof Problem && isLastingStatus(error.status)
}

/**
 * Reads an answer that isn't a success: the server's problem; for another 4xx, such as that of the
 * application's guard, the nearest problem with the answer's own detail; else a plain error, after which
 * to try again.
 *
 * @see PROTOCOL.md CL11
 */
export async function readRefusal(response: Response): Promise<Error> {
  return refusalOf(response.status, await response.json().catch(() => null))
}

/** Returns the same for a status and a body. @see PROTOCOL.md VE6 */
export function refusalOf(status: number, body: unknown): Error {
  const detail = detailOf(body) ?? `The server answered ${status} without a reason.`
  return (
    Problem.fromJSON(body) ??
    (isLastingStatus(status) ? new Problem(nearestProblem(status), detail) : new Error(detail))
  )
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
  return same ?? 'bad-parameter'
}
