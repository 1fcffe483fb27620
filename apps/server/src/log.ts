import type { LoggerService } from '@nestjs/common'
import { type Logger, pino } from 'pino'

const SECRET_PARAMETERS = /([?&](?:member|id|token|access_token)=)[^&#]*/gi
const REDACTED = '[redacted]'

/** A log without secrets: member keys and tokens stand in headers, in cookies and in addresses. */
export function createLog(level: string): Logger {
  return pino({
    level,
    redact: {
      paths: ['authorization', 'cookie', '["whereabouts-member"]'].flatMap((name) => {
        const field = name.startsWith('[') ? name : `.${name}`
        return [`req.headers${field}`, `headers${field}`]
      }),
      censor: REDACTED,
    },
    serializers: {
      req: (request: { method: string; url: string; headers: object; id?: unknown }) => ({
        id: request.id,
        method: request.method,
        url: redactUrl(request.url),
      }),
    },
  })
}

/** The address without the values of parameters that are secret. */
export function redactUrl(url: string): string {
  return url.replace(SECRET_PARAMETERS, `$1${REDACTED}`)
}

/** Nest's own messages, in the same log. */
export function nestLogger(log: Logger): LoggerService {
  const write = (level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal') => {
    return (message: unknown, ...rest: unknown[]) => {
      const context = rest.at(-1)
      if (message instanceof Error) log[level]({ context, err: message }, message.message)
      else log[level]({ context }, String(message))
    }
  }
  return {
    log: write('info'),
    error: write('error'),
    warn: write('warn'),
    debug: write('debug'),
    verbose: write('trace'),
    fatal: write('fatal'),
  }
}
