import type { Log } from '@whereabouts/server'
import { type DestinationStream, type Logger, pino } from 'pino'

const SECRET_PARAMETERS = new Set(['member', 'id', 'token', 'access_token', 'code', 'state'])
const PARAMETER = /([?&;])([^=&;#]*)=([^&;#]*)/g
// Whoever has a view link can read its document. PROTOCOL.md SR6
const VIEW_LINK = /((?:v|%76)(?:i|%69)(?:e|%65)(?:w|%77)(?:~|%7e))[^/?#]*/gi
const REDACTED = '[redacted]'

const SECRET_HEADERS = ['authorization', 'cookie', 'whereabouts-member']

/** Creates a log that removes the member keys and tokens in headers, cookies and addresses. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const paths = SECRET_HEADERS.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`])
  return pino({ level, redact: { paths, censor: REDACTED } }, destination ?? pino.destination(1))
}

/** Returns the address without the values of secret parameters, however their names are written. */
export function redactUrl(url: string): string {
  return url
    .replace(VIEW_LINK, `$1${REDACTED}`)
    .replace(PARAMETER, (all: string, before: string, name: string) =>
      SECRET_PARAMETERS.has(nameOf(name)) ? `${before}${name}=${REDACTED}` : all,
    )
}

/** Decodes the name of a parameter and converts it to lower case. */
function nameOf(encoded: string): string {
  return new URLSearchParams(`${encoded}=`).keys().next().value?.trim().toLowerCase() ?? ''
}

/** Passes the server's messages to the same log. */
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
