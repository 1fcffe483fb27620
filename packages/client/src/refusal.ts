import { Problem, PROBLEMS, type ProblemName } from '@whereabouts/protocol'

/** Whether trying again can't mend it. @see PROTOCOL.md CL11 */
export function isLasting(error: unknown): error is Problem {
  return error instanceof Problem && isLastingStatus(error.status)
}

/**
 * What an answer that isn't a success says: the server's own problem; for a 4xx from somebody on
 * the way, such as a guard of the application's, the nearest one with what they say; else an error to
 * try again after.
 */
export async function readRefusal(response: Response): Promise<Error> {
  return refusalOf(response.status, await response.json().catch(() => null))
}

/** The same of a status and a body. @see PROTOCOL.md VE6 */
export function refusalOf(status: number, body: unknown): Error {
  const detail = detailOf(body) ?? `The server answered ${status} without a reason.`
  return (
    Problem.fromJSON(body) ??
    (isLastingStatus(status) ? new Problem(nearestProblem(status), detail) : new Error(detail))
  )
}

/** What a problem of another kind says (RFC 9457), or an error as Nest and many others write it. */
function detailOf(body: unknown): string | undefined {
  const { detail, message } = Object(body) as { readonly [field: string]: unknown }
  const said = detail ?? message
  // Validation has one line for each fault.
  const text: unknown = Array.isArray(said) ? said.join('; ') : said
  return typeof text === 'string' && text.trim() !== '' ? text : undefined
}

function isLastingStatus(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

function nearestProblem(status: number): ProblemName {
  if (status === 403 || status === 407) return 'unauthorized'
  const names = Object.keys(PROBLEMS) as ProblemName[]
  const same = names.find((name) => status !== 400 && PROBLEMS[name].status === status)
  return same ?? 'bad-parameter'
}
