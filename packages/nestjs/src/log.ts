import { Logger } from '@nestjs/common'
import type { Log } from '@whereabouts/server'

const logger = new Logger('whereabouts')

/** The application's own log. */
export const NEST_LOG: Log = {
  info: (message) => logger.log(message),
  warn: (message) => logger.warn(message),
  error: (what) => logger.error(what),
}
