import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import {
  createWhereabouts,
  DEFAULTS,
  type Log,
  type Whereabouts,
  type WhereaboutsOptions,
} from '@whereabouts/server'
import { Proxies, resolveSecret } from '@whereabouts/server/mount'
import cors from 'cors'
import type { Logger } from 'pino'
import { BasePath } from './base-path.js'
import { type Auth, openAuth } from './auth/auth.js'
import { gate } from './auth/gate.js'
import { withHosts } from './hosts.js'
import { HttpServer, type NodeServer, plainServer } from './http-server.js'
import { Http2Server } from './http2-server.js'
import { createLog, redactUrl, serverLog } from './log.js'
import { listenLocally } from './local-calls.js'
import { isPage, openOffice } from './office.js'
import type { Settings } from './settings.js'
import { SheetFiles } from './sheet-files/sheet-files.js'
import { shareSockets } from './socket-shares.js'
import { followTls, readTls } from './tls.js'
import { endOnSignals, endOnUncaught } from './ending.js'
import { Webhooks } from './webhooks/webhooks.js'

/** Longer than a proxy's timeout, so that a proxy never finds a connection closed. */
const IDLE_MS = 72_000
/** In the data folder. */
const WEBHOOKS_FILE = 'webhooks.sqlite'

/** A running standalone server. */
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
  const { dataDir, secret } = settings.options
  const basePath = new BasePath(settings.options)
  const office = openOffice(basePath.rootOf, settings.offline)
  const auth = await openAuth(settings.auth, () => resolveSecret(secret, dataDir), serverLog(log))
  try {
    return await listen(settings, auth, basePath, office, log)
  } catch (error) {
    auth.close?.()
    throw error
  }
}

async function listen(
  settings: Settings,
  auth: Auth,
  basePath: BasePath,
  office: RequestListener,
  log: Logger,
): Promise<StandaloneServer> {
  const { goodbyeMs = DEFAULTS.goodbyeMs, heartbeatMs = DEFAULTS.heartbeatMs } = settings.options
  const whereabouts = await createWhereabouts({
    ...settings.options,
    ...accessOf(auth),
    operations: true,
    documentFiles: new SheetFiles(serverLog(log)),
    log: serverLog(log),
  })
  const webhooks = await openWebhooks(settings, whereabouts, serverLog(log))
  auth.serve?.(whereabouts.rooms)
  // A stream sends a ping per heartbeat and must not count as idle.
  const idleMs = Math.max(IDLE_MS, 2 * heartbeatMs)
  const { countLogin } = whereabouts
  const behind = { serve: office, isPage, countLogin }
  const pages = gate(auth, behind, basePath.rootOf, serverLog(log))
  const { node, unfollow } = openNode(
    settings,
    listener(settings, basePath, whereabouts, pages, log),
    serverLog(log),
  )
  const { budgetScale, trustedProxies = [] } = settings.options
  if (budgetScale !== 0) {
    const { addMetric } = whereabouts
    const proxies = new Proxies(trustedProxies)
    shareSockets(node.server, { proxies, log: serverLog(log), addMetric })
  }
  const server = new HttpServer(idleMs, node)
  let local: Closable | undefined
  const close = async () => {
    auth.close?.()
    unfollow?.()
    await whereabouts.close(() => Promise.all([server.close(), local?.close()]))
    await webhooks?.close()
  }
  try {
    local = await takeCommands(settings, whereabouts)
    const url = await server.listen(settings.port, settings.host)
    endOnSignals(close, log)
    endOnUncaught(close, log, goodbyeMs)
    return { url, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Opens a server over TLS if there is a certificate. */
function openNode(
  { tls, options: { maxConnections = DEFAULTS.maxConnections } }: Settings,
  handle: RequestListener,
  log: Log,
): { readonly node: NodeServer; readonly unfollow?: () => void } {
  if (tls === undefined) return { node: plainServer(maxConnections, handle) }
  const node = new Http2Server(readTls(tls), maxConnections, handle)
  return { node, unfollow: followTls(node.server, tls, log) }
}

/** @throws {Error} if the file in which webhooks wait can't be used */
async function openWebhooks(
  { webhooks, options: { dataDir = '' } }: Settings,
  whereabouts: Whereabouts,
  log: Log,
): Promise<Webhooks | undefined> {
  if (webhooks === undefined) return undefined
  try {
    const opened = await Webhooks.start(webhooks, join(dataDir, WEBHOOKS_FILE), log)
    opened.tell(whereabouts.rooms.happenings())
    opened.measure(whereabouts.addMetric)
    return opened
  } catch (error) {
    await whereabouts.close()
    throw error
  }
}

interface Closable {
  close(): unknown
}

/** Nodes that share a Redis and a database don't use the data folder. */
async function takeCommands(
  { options: { dataDir, redisUrl } }: Settings,
  { administration }: Whereabouts,
): Promise<Closable | undefined> {
  if (dataDir === undefined || redisUrl !== undefined) return undefined
  return listenLocally(dataDir, administration)
}

/** Returns the module's options for identifying callers. */
function accessOf({ authenticate, authorize }: Auth): WhereaboutsOptions {
  if (authenticate === undefined) return { auth: 'open' }
  return { authenticate, ...(authorize !== undefined && { authorize }) }
}

/** Returns the listener for all requests. */
function listener(
  { allowedHosts, options: { allowedOrigins = [] } }: Settings,
  basePath: BasePath,
  { handle }: Whereabouts,
  pages: RequestListener,
  log: Logger,
): RequestListener {
  const serve: RequestListener = (request, response) => {
    basePath.remove(request)
    void handle(request, response, () => pages(request, response))
  }
  const open = allowedOrigins.length === 0 ? serve : withCors(allowedOrigins, serve)
  const own = withHosts(allowedHosts, open)
  return log.isLevelEnabled('debug') ? withLog(log, own) : own
}

/** Allows pages of other origins; requests with cookies only from origins that are named. */
function withCors(origins: readonly string[], serve: RequestListener): RequestListener {
  const all = origins.includes('*')
  const origin = all ? '*' : [...origins]
  const answer = cors({ origin, credentials: !all, exposedHeaders: ['Retry-After'] })
  return (request, response) => answer(request, response, () => serve(request, response))
}

/** Logs one line per request, for debugging only, as there are thousands of posts per second. */
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
