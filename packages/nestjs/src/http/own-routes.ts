import { type ExecutionContext, SetMetadata } from '@nestjs/common'
import {
  type Address,
  isArticle,
  isInRoom,
  isStreams,
  readAddress,
} from '@whereabouts/server/mount'
import type { PlatformRequest, PlatformResponse } from './platform-call.js'

// The metadata key of `RouteConfig()` in @nestjs/platform-fastify, a package that may not be installed.
const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__'

const IS_OF = { room: isInRoom, article: isArticle, streams: isStreams }

type Kind = keyof typeof IS_OF

interface OwnConfig {
  readonly whereabouts: Kind
}

/** Marks a handler as one of the module's. Nest copies the mark to the function that the platform gets. */
export const OwnRoute = (kind: Kind) =>
  SetMetadata(FASTIFY_ROUTE_CONFIG, { whereabouts: kind } satisfies OwnConfig)

/** Returns the mark of a function that Nest gave to Express, if it has one. */
export function markOf(handler: object): object | undefined {
  return Reflect.getMetadata(FASTIFY_ROUTE_CONFIG, handler) as object | undefined
}

/** Returns whether a mark, or Fastify's copy of it, is the module's. */
export function isOwn(mark: object | undefined): mark is OwnConfig {
  return mark !== undefined && 'whereabouts' in mark
}

/** Returns whether a target is an address of the route that has the mark. */
export function isAddressOf(mark: object | undefined, target: string): boolean {
  const address = readAddress(target)
  if (address === undefined || !isOwn(mark)) return false
  return IS_OF[mark.whereabouts](address)
}

/**
 * Returns whether a request is one of the module's calls, for guards that also apply to the application's
 * own routes.
 */
export function isWhereaboutsCall(context: ExecutionContext): boolean {
  return isOwn(markOf(context.getHandler()))
}

/**
 * Reads the address of a call below `/rooms/`. Returns `undefined` if it isn't exactly one, or if guards
 * saw another room name.
 *
 * @see PROTOCOL.md ID7
 */
export function roomAddressOf(request: PlatformRequest): Address | undefined {
  const address = addressOf(request)
  if (address === undefined || !isInRoom(address)) return undefined
  return address.roomName === request.params?.room ? address : undefined
}

/** Reads the address of one of the article's calls. Returns `undefined` if it isn't exactly one. */
export function articleAddressOf(request: PlatformRequest): Address | undefined {
  const address = addressOf(request)
  return address !== undefined && isArticle(address) ? address : undefined
}

/** Reads the address of the call about several rooms. Returns `undefined` if it isn't exactly that. */
export function streamsAddressOf(request: PlatformRequest): Address | undefined {
  const address = addressOf(request)
  return address !== undefined && isStreams(address) ? address : undefined
}

function addressOf({ raw, url }: PlatformRequest): Address | undefined {
  return readAddress(raw?.url ?? url ?? '')
}

/** Passes a request on to the application's other handlers for its address. @see PROTOCOL.md HT10 */
export async function passOn(response: PlatformResponse, next?: () => void): Promise<void> {
  if (response.callNotFound === undefined) next?.()
  // Awaited, because Fastify would send an empty answer when the handler returns.
  else await response.callNotFound()
}
