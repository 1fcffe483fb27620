import { Problem, PROBLEMS, type ProblemName } from '@whereabouts/protocol'

/** Whether trying again can't mend it. @see PROTOCOL.md CL11 */
export function isLasting(error: unknown): error is Problem {
  return error instanceof Problem && isLastingStatus(error.status)
}

/**
 * What an answer that isn't a success says: the server's own problem; for a 4xx from somebody on
 * the way, who knows nothing of our problems, the nearest one; else an error to try again after.
 */
export async function readRefusal(response: Response): Promise<Error> {
  const problem = Problem.fromJSON(await response.json().catch(() => null))
  if (problem !== undefined) return problem
  const said = `the server answered ${response.status} without saying why`
  return isLastingStatus(response.status)
    ? new Problem(nearestProblem(response.status), said)
    : new Error(said)
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
