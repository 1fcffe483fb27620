import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createWhereabouts, DEFAULTS, type Whereabouts } from '@whereabouts/server'
import cors from 'cors'
import type { Logger } from 'pino'
import { withHosts } from './hosts.js'
import { HttpServer } from './http-server.js'
import { createLog, redactUrl, serverLog } from './log.js'
import { openOffice } from './office.js'
import type { Settings } from './settings.js'
import { endOnSignals, endOnUncaught } from './ending.js'

/** Longer than proxies keep theirs, so that it is never they who find a connection closed. */
const IDLE_MS = 72_000

/** The standalone server, running. */
export interface StandaloneServer {
  readonly url: string
  /** Says goodbye to all readers and stops the server. */
  close(): Promise<void>
}

/**
 * Starts the standalone server.
 *
 * @throws {Error} if the address is taken, the data folder can't be used, or the web application
 *   isn't built
 */
export async function startServer(settings: Settings): Promise<StandaloneServer> {
  const log = createLog(settings.logLevel)
  const { goodbyeMs = DEFAULTS.goodbyeMs, heartbeatMs = DEFAULTS.heartbeatMs } = settings.options
  const office = openOffice()
  const whereabouts = await createWhereabouts({
    ...settings.options,
    auth: 'open',
    operations: true,
    log: serverLog(log),
  })
  // A quiet stream isn't idle.
  const idleMs = Math.max(IDLE_MS, 2 * heartbeatMs)
  const server = new HttpServer(idleMs, listener(settings, whereabouts, office, log))
  const close = () => whereabouts.close(() => server.close())
  try {
    const url = await server.listen(settings.port, settings.host)
    endOnSignals(close, log)
    endOnUncaught(close, log, goodbyeMs)
    return { url, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What a request meets, one after the other. */
function listener(
  { allowedHosts, options: { allowedOrigins = [] } }: Settings,
  { handle }: Whereabouts,
  office: RequestListener,
  log: Logger,
): RequestListener {
  const serve: RequestListener = (request, response) => {
    void handle(request, response, () => office(request, response))
  }
  const open = allowedOrigins.length === 0 ? serve : withCors(allowedOrigins, serve)
  const own = withHosts(allowedHosts, open)
  return log.isLevelEnabled('debug') ? withLog(log, own) : own
}

/** A page elsewhere that sends cookies may do so from a named origin only. */
function withCors(origins: readonly string[], serve: RequestListener): RequestListener {
  const all = origins.includes('*')
  const origin = all ? '*' : [...origins]
  const answer = cors({ origin, credentials: !all, exposedHeaders: ['Retry-After'] })
  return (request, response) => answer(request, response, () => serve(request, response))
}

/** Logs a line a request, for whoever looks for something: there are thousands of posts a second. */
function withLog(log: Logger, serve: RequestListener): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '' } = request
    const sinceMs = performance.now()
    response.once('finish', () => {
      const ms = Math.round(performance.now() - sinceMs)
      log.debug({ method, url: redactUrl(url), status: response.statusCode, ms }, 'request')
    })
    serve(request, response)
  }
}
