import { STATUS_CODES } from 'node:http'
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
} from '@nestjs/common'
import { Problem } from '@whereabouts/server'
import { Call, type PlatformRequest, type PlatformResponse } from '@whereabouts/server/mount'

/**
 * Renders a problem that one of the application's own routes met, by way of `Rooms`. Applies to the
 * whole application, and to nothing but problems.
 */
@Catch(Problem)
export class ProblemFilter implements ExceptionFilter<Problem> {
  catch(problem: Problem, host: ArgumentsHost): void {
    const type = host.getType()
    if (type === 'http') callOf(host).problem(problem)
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
    sendError(callOf(host), error)
  }
}

const logger = new Logger('whereabouts')

/** Answers a call that failed, whatever with. Never throws. @see PROTOCOL.md ER1, ER5 */
export function sendError(call: Call, error: unknown): void {
  try {
    send(call, error)
  } catch (fault) {
    // A response that can't be written to: nobody is there who could be told.
    logger.error(fault)
    call.response.destroy()
  }
}

function send(call: Call, error: unknown): void {
  if (error instanceof Problem) call.problem(error)
  else if (error instanceof HttpException) sendHttpException(call, error)
  else {
    logger.error(error)
    call.problem(new Problem('internal', 'The server failed; try again later.'))
  }
}

/** What a guard or another part of the application answered with. */
function sendHttpException(call: Call, exception: HttpException): void {
  const status = exception.getStatus()
  const title = STATUS_CODES[status] ?? 'Error'
  const problem = { type: 'about:blank', title, status, detail: exception.message }
  call.send(status, 'application/problem+json', JSON.stringify(problem))
}

function callOf(host: ArgumentsHost): Call {
  const http = host.switchToHttp()
  return Call.of(http.getRequest<PlatformRequest>(), http.getResponse<PlatformResponse>())
}
