import type { IncomingMessage } from 'node:http'
import { Inject, Injectable } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { isStreams, pathOf, readAddress, type Service } from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { isAddressOf, isOwn, markOf } from './own-routes.js'
import { whenThereIsHttp } from './platform.js'

/** The parts of Fastify needed here; the module works without the package. */
interface FastifyLike {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): void
  route(route: FastifyRoute): void
}

interface FastifyRoute {
  readonly url: string
  readonly config?: object
  onRequest?: FastifyHook | readonly FastifyHook[]
}

interface FastifyRequest {
  readonly raw: IncomingMessage
  params: { readonly [name: string]: string }
}

type FastifyHook = (request: FastifyRequest, reply: unknown, done: () => void) => void

/** The parts of Express needed here. */
interface ExpressLike {
  readonly router?: { readonly stack: readonly ExpressLayer[] }
}

interface ExpressLayer {
  /** Returns the part of the path that it matched. Before router 2.3: returns `true` and stores it in `path`. */
  match(path: string): boolean | { readonly path: string }
  readonly path?: string
  readonly name: string
  /** Whether it is mounted at every path. */
  readonly slash: boolean
  /** A router has its own layers. */
  readonly handle: { readonly stack?: readonly ExpressLayer[] }
  readonly route?: {
    readonly methods: { readonly [method: string]: boolean | undefined }
    readonly stack: readonly { readonly handle: object }[]
  }
}

const ROOM_ROUTE = /^(.*\/rooms)\/:room\//

/**
 * Handles the differences between the platforms: hides the bodies of the module's calls from the
 * application's parsers, and allows long room names.
 *
 * Only the platform knows which requests are the module's, because that depends on the application's
 * prefixes, versions, hosts and routes.
 *
 * @see PROTOCOL.md HT14, NM1; docs/decisions.md, 48
 */
@Injectable()
export class Platforms {
  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(SERVICE) private readonly service: Service,
  ) {
    whenThereIsHttp(host, (platform) => {
      if (platform.getType() === 'fastify')
        this.#useFastify(platform.getInstance(), noteRoutes(platform))
      else platform.use(this.#keepOnExpress(platform.getInstance()))
    })
  }

  /** Adds a hook to the module's routes, since Fastify routes a request before it reads the body. */
  #useFastify(fastify: FastifyLike, marks: Map<string, object>): void {
    const mounts = new Set<string>()
    fastify.addHook('onRoute', (route) => {
      const mark = isOwn(route.config) ? route.config : marks.get(route.url)
      if (!isOwn(mark)) return
      const keep: FastifyHook = ({ raw }, _reply, done) => {
        if (isAddressOf(mark, raw.url ?? '')) this.#keep(raw)
        done()
      }
      route.onRequest = [route.onRequest ?? [], keep].flat()
      const mount = ROOM_ROUTE.exec(route.url)?.[1]
      if (mount === undefined || mounts.has(mount)) return
      mounts.add(mount)
      marks.set(`${mount}/*`, mark)
      // By default, Fastify's router refuses parameters of more than 100 characters.
      fastify.route({ ...route, url: `${mount}/*`, onRequest: nameRoom })
    })
  }

  /** Looks up the route of each request, since Express reads the body before it routes. */
  #keepOnExpress(express: ExpressLike) {
    return (request: IncomingMessage, _response: unknown, next: () => void): void => {
      if (hasBody(request) && isForModule(express, request)) this.#keep(request)
      next()
    }
  }

  #keep(request: IncomingMessage): void {
    const { bodies, served } = this.service
    const address = readAddress(request.url ?? '')
    // Where this call isn't served, its address belongs to the application. HT36
    if (address !== undefined && isStreams(address) && !served.streams) return
    bodies.keep(request)
  }
}

/** The parts of Nest's adapter needed here. */
interface Adapter {
  all(path: string, handler: object): unknown
}

/**
 * Notes the marks of routes for all methods by path, because Nest 11 doesn't pass them to Fastify. Each
 * path occurs once, because Fastify refuses duplicates.
 */
function noteRoutes(adapter: Adapter): Map<string, object> {
  const marks = new Map<string, object>()
  const all = adapter.all.bind(adapter)
  adapter.all = (path, handler) => {
    const mark = markOf(handler)
    if (mark !== undefined) marks.set(path, mark)
    return all(path, handler)
  }
  return marks
}

/** Sets the `room` parameter of a request that the wildcard route matched. */
function nameRoom(request: FastifyRequest, _reply: unknown, done: () => void): void {
  const { '*': rest, ...params } = request.params
  const address = readAddress(request.raw.url ?? '')
  if (address !== undefined && rest === `${address.roomName}/${address.call}`) {
    request.params = { ...params, room: address.roomName }
  }
  done()
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

/** Returns whether the first route that matches a request is one of the module's. */
function isForModule({ router }: ExpressLike, { method = '', url = '' }: IncomingMessage): boolean {
  if (readAddress(url) === undefined) return false
  const first = firstOf(router?.stack ?? [], method, pathOf(url))
  return first?.route?.stack.some(({ handle }) => isAddressOf(markOf(handle), url)) ?? false
}

/** Returns the first layer, here or in nested routers, that handles a request. */
function firstOf(
  stack: readonly ExpressLayer[],
  method: string,
  path: string,
): ExpressLayer | undefined {
  for (const layer of stack) {
    if (layer.route !== undefined && !isRouteOf(layer, method)) continue
    const match = layer.match(path)
    if (match === false) continue
    if (layer.route !== undefined || isMounted(layer)) return layer
    const { length } = (match === true ? layer.path : match.path) ?? ''
    const inner = firstOf(layer.handle.stack ?? [], method, path.slice(length) || '/')
    if (inner !== undefined) return inner
  }
  return undefined
}

/** Express's names for mounted applications and for body parsers. */
const BODY_TAKERS = /^(?:mounted_app|(?:json|raw|text|urlencoded)Parser)$/

/** Returns whether the application has mounted an opaque handler at this path that reads bodies. */
function isMounted({ slash, name }: ExpressLayer): boolean {
  return !slash && BODY_TAKERS.test(name)
}

function isRouteOf({ route }: ExpressLayer, method: string): boolean {
  return (
    route !== undefined && (route.methods['_all'] ?? route.methods[method.toLowerCase()]) === true
  )
}
