import type { Log } from '@whereabouts/server'
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

/** What the server says, in the same log. */
export function serverLog(log: Logger): Log {
  return {
    info: (message) => log.info(message),
    warn: (message) => log.warn(message),
    error: (what) => {
      if (what instanceof Error) log.error({ err: what }, what.message)
      else log.error(String(what))
    },
  }
}
