import { type ExecutionContext, SetMetadata } from '@nestjs/common'
import { type Address, isArticle, isInRoom, readAddress } from '@whereabouts/server/mount'
import type { PlatformRequest, PlatformResponse } from './platform-call.js'

// Where `RouteConfig()` of @nestjs/platform-fastify, which may not be installed, puts its argument.
const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__'

type Kind = 'room' | 'article'

interface OwnConfig {
  readonly whereabouts: Kind
}

/** Marks a handler as one of the module's. Nest copies the mark to what it gives the platform. */
export const OwnRoute = (kind: Kind) =>
  SetMetadata(FASTIFY_ROUTE_CONFIG, { whereabouts: kind } satisfies OwnConfig)

/** The mark of a function that Nest gave to Express, if it has one. */
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
  return mark.whereabouts === 'room' ? isInRoom(address) : isArticle(address)
}

/**
 * Returns whether a call is one of those that act on a room, for a guard that the application's own
 * routes have, too.
 */
export function isWhereaboutsCall(context: ExecutionContext): boolean {
  return isOwn(markOf(context.getHandler()))
}

/**
 * Reads the address of a call below `/rooms/`. Returns `undefined` if it isn't exactly one, or if the
 * room in it isn't the one that guards saw.
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

function addressOf({ raw, url }: PlatformRequest): Address | undefined {
  return readAddress(raw?.url ?? url ?? '')
}

/** Leaves a request to whatever else the application has at its address. @see PROTOCOL.md HT10 */
export async function passOn(response: PlatformResponse, next?: () => void): Promise<void> {
  if (response.callNotFound === undefined) next?.()
  // Until it is answered: Fastify would take the end of the handler for an empty answer.
  else await response.callNotFound()
}
