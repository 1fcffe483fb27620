import { STATUS_CODES } from 'node:http'
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common'
import { Problem } from '@whereabouts/server'
import { type Call, sendError } from '@whereabouts/server/mount'
import { NEST_LOG } from '../log.js'
import { callOf, type PlatformRequest, type PlatformResponse } from './platform-call.js'

/**
 * Renders problems that `Rooms` throws in the application's own routes. Applies to the whole application,
 * but only to problems.
 */
@Catch(Problem)
export class ProblemFilter implements ExceptionFilter<Problem> {
  catch(problem: Problem, host: ArgumentsHost): void {
    const type = host.getType()
    if (type === 'http') httpCallOf(host).problem(problem)
    // For `rpc`, Nest itself answers if the filter returns nothing.
    else if (type !== 'rpc') throw problem
  }
}

/**
 * Renders every failure in the protocol's own routes as in RFC 9457.
 *
 * @see PROTOCOL.md ER1, ER5
 */
@Catch()
export class EveryProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const call = httpCallOf(host)
    if (error instanceof HttpException && !call.response.headersSent) sendHttpException(call, error)
    else sendError(call, error, NEST_LOG)
  }
}

/** Sends the exception of a guard or another part of the application. */
function sendHttpException(call: Call, exception: HttpException): void {
  const status = exception.getStatus()
  const title = STATUS_CODES[status] ?? 'Error'
  const problem = { type: 'about:blank', title, status, detail: exception.message }
  call.send(status, 'application/problem+json', JSON.stringify(problem))
}

function httpCallOf(host: ArgumentsHost): Call {
  const http = host.switchToHttp()
  return callOf(http.getRequest<PlatformRequest>(), http.getResponse<PlatformResponse>())
}
