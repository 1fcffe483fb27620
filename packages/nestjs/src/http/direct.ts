import type { IncomingMessage, ServerResponse } from 'node:http'
import { Inject, Injectable } from '@nestjs/common'
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core'
import { Handler, type Service } from '@whereabouts/server/mount'
import type { WhereaboutsMount } from '../options.js'
import { SERVICE } from '../service.js'
import { whenThereIsHttp } from './platform.js'

/** Injects the options of the mount. */
export const MOUNT = Symbol('whereabouts mount')

/** The parts of Fastify needed here; the module works without the package. */
interface FastifyLike {
  addHook(name: 'onRequest', hook: FastifyHook): void
}

type FastifyHook = (
  request: { readonly raw: IncomingMessage },
  reply: { readonly raw: ServerResponse; hijack(): unknown },
  done: () => void,
) => void

/**
 * Answers the calls before Nest sees them, in a hook of the platform. A listener on the HTTP server
 * wouldn't be enough, because Fastify has several servers if it listens on "localhost".
 *
 * @see PROTOCOL.md NE9, NE12
 */
@Injectable()
export class Direct {
  #handler: Handler | undefined

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(ApplicationConfig) private readonly application: ApplicationConfig,
    @Inject(SERVICE) private readonly service: Service,
    @Inject(MOUNT) private readonly mount: Required<WhereaboutsMount>,
  ) {
    whenThereIsHttp(host, (platform) => {
      if (platform.getType() === 'fastify') this.#useFastify(platform.getInstance())
      else platform.use(this.#onExpress)
    })
  }

  #useFastify(fastify: FastifyLike): void {
    fastify.addHook('onRequest', ({ raw: request }, reply, done) => {
      if (!this.#takes(request, reply.raw)) return done()
      reply.hijack()
    })
  }

  readonly #onExpress = (
    request: IncomingMessage,
    response: ServerResponse,
    next: () => void,
  ): void => {
    if (!this.#takes(request, response)) next()
  }

  #takes(request: IncomingMessage, response: ServerResponse): boolean {
    // Made lazily, because the application sets its global prefix after this constructor ran.
    this.#handler ??= this.#newHandler()
    const address = this.#handler.addressOf(request.url ?? '')
    if (address === undefined) return false
    void this.#handler.serve(request, response, address)
    return true
  }

  #newHandler(): Handler {
    const parts = [this.application.getGlobalPrefix(), this.mount.path]
    const path = parts.map((part) => part.replace(/^\/+|\/+$/g, '')).filter((part) => part !== '')
    return new Handler(this.service, { ...this.mount, path: path.join('/') })
  }
}
