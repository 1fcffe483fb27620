import 'reflect-metadata'
import type { RequestListener, Server } from 'node:http'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { DEFAULTS, ShortPath, WhereaboutsModule } from '@whereabouts/nestjs'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { createHttpServer } from './http-server.js'
import { LastConnections } from './last-connections.js'
import { endOnUncaught } from './last-resort.js'
import { createLog, nestLogger, redactUrl } from './log.js'
import { PageFilter, serveOffice } from './office.js'
import type { Settings } from './settings.js'

// A room name has up to 128 characters, each of which may come as an escape.
const MAX_PARAMETER_CHARACTERS = 512
// Longer than proxies keep theirs, so that it is never they who find a connection closed.
const IDLE_MS = 72_000
const BAD_ADDRESS = {
  type: 'about:blank',
  title: 'Bad Request',
  status: 400,
  detail: 'The address is not valid; check its escapes.',
}

@Module({ providers: [LastConnections] })
class ServerModule {}

/**
 * Starts the standalone server.
 *
 * @throws {Error} if the address is taken, the data folder can't be used, or the web application
 *   isn't built
 */
export async function startServer(settings: Settings): Promise<NestFastifyApplication> {
  const log = createLog(settings.logLevel)
  const front = new Front(settings)
  const adapter = new FastifyAdapter({
    serverFactory: (handle: RequestListener) => front.createServer(handle),
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARACTERS },
    frameworkErrors: refuseAddress,
    // The calls say it themselves, and better: who asks is told when to come back.
    return503OnClosing: false,
  })
  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: ServerModule,
      imports: [WhereaboutsModule.forRoot({ ...settings.options, operations: true })],
    },
    adapter,
    { logger: nestLogger(log), abortOnError: false },
  )
  if (settings.corsOrigins.length > 0) app.enableCors(corsOptions(settings.corsOrigins))
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true })
  endOnUncaught(app, log, settings.options.goodbyeMs ?? DEFAULTS.goodbyeMs)
  app.useGlobalFilters(new PageFilter())
  logRequests(adapter, log)
  await serveOffice(app)
  front.shortPath = app.get(ShortPath)
  await app.listen(settings.port, settings.host)
  return app
}

/** What a request meets first. */
class Front {
  shortPath: ShortPath | undefined
  readonly #isPlain: boolean
  readonly #idleMs: number

  constructor({ corsOrigins, logLevel, options }: Settings) {
    // CORS headers and the log of requests are the platform's.
    this.#isPlain = corsOrigins.length === 0 && !['debug', 'trace'].includes(logLevel)
    const { heartbeatMs = DEFAULTS.heartbeatMs } = options
    // A quiet stream isn't idle.
    this.#idleMs = Math.max(IDLE_MS, 2 * heartbeatMs)
  }

  createServer(handle: RequestListener): Server {
    return createHttpServer(this.#idleMs, (request, response) => {
      const taken = this.#isPlain && this.shortPath?.take(request, response)
      if (taken !== true) handle(request, response)
    })
  }
}

/** An address that the router can't read never gets as far as the filters. */
function refuseAddress(_error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  void reply.code(400).type('application/problem+json').send(JSON.stringify(BAD_ADDRESS))
}

/** A page elsewhere that sends cookies may do so from a named origin only. */
function corsOptions(origins: readonly string[]) {
  const all = origins.includes('*')
  return { origin: all ? '*' : [...origins], credentials: !all, exposedHeaders: ['Retry-After'] }
}

/** A line a request, for who looks for something: thousands of posts a second are no news. */
function logRequests(adapter: FastifyAdapter, log: Logger): void {
  if (!log.isLevelEnabled('debug')) return
  adapter.getInstance().addHook('onResponse', (request, reply, done) => {
    const { method, url } = request
    const { statusCode: status, elapsedTime } = reply
    log.debug({ method, url: redactUrl(url), status, ms: Math.round(elapsedTime) }, 'request')
    done()
  })
}
