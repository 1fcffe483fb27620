import { STATUS_CODES } from 'node:http'
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common'
import { Problem } from '@whereabouts/server'
import { type Call, sendError } from '@whereabouts/server/mount'
import { NEST_LOG } from '../log.js'
import { callOf, type PlatformRequest, type PlatformResponse } from './platform-call.js'

/**
 * Renders a problem that one of the application's own routes met, by way of `Rooms`. Applies to the
 * whole application, and to nothing but problems.
 */
@Catch(Problem)
export class ProblemFilter implements ExceptionFilter<Problem> {
  catch(problem: Problem, host: ArgumentsHost): void {
    const type = host.getType()
    if (type === 'http') httpCallOf(host).problem(problem)
    // Nest itself answers a message of a microservice whose filter answers nothing.
    else if (type !== 'rpc') throw problem
  }
}

/**
 * Renders whatever goes wrong in the protocol's own routes as RFC 9457 has it.
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
