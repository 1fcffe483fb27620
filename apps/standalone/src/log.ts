import type { LoggerService } from '@nestjs/common'
import { type DestinationStream, type Logger, pino } from 'pino'

const SECRET_PARAMETERS = /([?&](?:member|id|token|access_token)=)[^&#]*/gi
const REDACTED = '[redacted]'

const SECRET_HEADERS = ['authorization', 'cookie', 'whereabouts-member']

/** A log without secrets: member keys and tokens stand in headers, in cookies and in addresses. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const paths = SECRET_HEADERS.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`])
  return pino({ level, redact: { paths, censor: REDACTED } }, destination ?? pino.destination(1))
}

/** The address without the values of parameters that are secret. */
export function redactUrl(url: string): string {
  return url.replace(SECRET_PARAMETERS, `$1${REDACTED}`)
}

/** Nest's own messages, in the same log; which modules it starts is no news. */
export function nestLogger(log: Logger): LoggerService {
  const write = (level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal') => {
    return (message: unknown, ...rest: unknown[]) => {
      const context = rest.at(-1)
      if (message instanceof Error) log[level]({ context, err: message }, message.message)
      else log[level]({ context }, String(message))
    }
  }
  return {
    log: write('debug'),
    error: write('error'),
    warn: write('warn'),
    debug: write('debug'),
    verbose: write('trace'),
    fatal: write('fatal'),
  }
}
