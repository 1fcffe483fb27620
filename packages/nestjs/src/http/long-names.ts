import { Inject, Injectable } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { whenThereIsHttp } from './platform.js'

/** As much of Fastify as is needed here; the module works without the package. */
interface FastifyLike {
  addHook(name: 'onRoute', hook: (route: RouteLike) => void): void
  route(route: RouteLike): void
}

interface RouteLike {
  readonly url: string
  readonly handler: (
    this: unknown,
    request: { readonly url: string },
    reply: { callNotFound(): unknown },
  ) => unknown
}

const ROOM_ROUTE = /^(.*\/rooms\/):room\/(events|location|leave|document(?:\/sync)?)$/
const CALL = /\/(document\/sync|[^/?]+)\/?(?:\?|$)/

/**
 * Lets room names be as long as they may be on Fastify, whose router refuses a parameter of more
 * than 100 characters unless the application sets it otherwise. A wildcard has no such bound, so the
 * room routes get one beside them that leads to the same handlers.
 *
 * @see PROTOCOL.md NM1
 */
@Injectable()
export class LongNames {
  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    whenThereIsHttp(host, (adapter) => {
      if (adapter.getType() === 'fastify') addWildcards(adapter.getInstance<FastifyLike>())
    })
  }
}

function addWildcards(fastify: FastifyLike): void {
  const mounts = new Map<string, Map<string, RouteLike['handler']>>()
  fastify.addHook('onRoute', (route) => {
    const [, mount, call] = ROOM_ROUTE.exec(route.url) ?? []
    if (mount === undefined || call === undefined) return
    const handlers = mounts.get(mount) ?? new Map<string, RouteLike['handler']>()
    handlers.set(call, route.handler)
    if (mounts.has(mount)) return
    mounts.set(mount, handlers)
    fastify.route({ ...route, url: `${mount}*`, handler: dispatch(handlers) })
  })
}

function dispatch(handlers: ReadonlyMap<string, RouteLike['handler']>): RouteLike['handler'] {
  return function (request, reply) {
    const handler = handlers.get(CALL.exec(request.url)?.[1] ?? '')
    return handler === undefined ? reply.callNotFound() : handler.call(this, request, reply)
  }
}
