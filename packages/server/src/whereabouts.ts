import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Administration } from './administration.js'
import { Handler } from './http/handler.js'
import type { AddedMetric } from './http/metrics.js'
import {
  assertAuth,
  type CallsMount,
  findFaults,
  MOUNT_SHAPE,
  refuse,
  resolveOptions,
  settleMount,
  type WhereaboutsOptions,
} from './options.js'
import { faultsOf } from './option-faults.js'
import { Rooms } from './rooms.js'
import { Service } from './service.js'

/** A server of rooms in this process. */
export interface Whereabouts {
  readonly rooms: Rooms
  /** Lists, deletes and imports documents. Doesn't check who is calling. */
  readonly administration: Administration
  /**
   * Answers a request if it is one of the calls. Otherwise leaves it untouched, calls `next` and resolves
   * with `false`. Needs no `this`.
   *
   * @see PROTOCOL.md HT18
   */
  readonly handle: (
    request: IncomingMessage,
    response: ServerResponse,
    next?: () => unknown,
  ) => Promise<boolean>
  /**
   * Counts a request of a login of your own in the budget `logins` of its user, or else of its address.
   * Needs no `this`.
   *
   * @throws {Problem} too-many-requests, after half a second
   * @see PROTOCOL.md BU2
   */
  readonly countLogin: (request: IncomingMessage, userId?: string) => Promise<void>
  /** Adds a metric to `/metrics`, which is read with each call. Needs no `this`. */
  readonly addMetric: (metric: AddedMetric) => void
  /**
   * Says goodbye to all readers, waits for the calls under way and closes the stores. Close the HTTP
   * server afterwards.
   *
   * @param stop closes the HTTP server, if it has to close before the stores
   * @see PROTOCOL.md HT19
   */
  close(stop?: () => Promise<unknown>): Promise<void>
}

const MOUNT = z.strictObject(MOUNT_SHAPE)

/**
 * Opens a server of rooms for an application with or without a framework.
 *
 * @example
 * ```ts
 * const { handle } = await createWhereabouts({ auth: 'open' })
 * createServer((request, response) => handle(request, response, () => response.writeHead(404).end()))
 * ```
 * @throws {TypeError} that names every invalid option
 * @throws {Error} if the data folder, the store or Redis can't be used
 */
export async function createWhereabouts(
  options: WhereaboutsOptions & CallsMount,
): Promise<Whereabouts> {
  // Callers without types may pass nothing, and then get the error that names the missing option.
  const { path, operations, article, streams, ...settings } = Object(options) as typeof options
  const said = { path, operations, article, streams }
  refuse([...faultsOf(MOUNT, said), ...findFaults(settings)])
  assertAuth(settings)
  const mount = settleMount(said as CallsMount)
  const service = await Service.open(resolveOptions(settings), settings.log ?? console, mount)
  try {
    await service.start()
  } catch (error) {
    await service.release()
    throw error
  }
  return assemble(service, new Handler(service, mount))
}

function assemble(service: Service, handler: Handler): Whereabouts {
  let closed: Promise<void> | undefined
  return {
    rooms: new Rooms(service.server, service.users),
    administration: service.server.administration,
    handle: (request, response, next) => {
      const address = handler.addressOf(request.url ?? '')
      return address === undefined ? passOn(next) : handler.serve(request, response, address)
    },
    countLogin: (request, userId) => service.countLogin(request, userId),
    addMetric: (metric) => service.operations.addMetric(metric),
    close: (stop) => (closed ??= close(service, handler, stop)),
  }
}

async function passOn(next: (() => unknown) | undefined): Promise<false> {
  next?.()
  return false
}

async function close(
  service: Service,
  handler: Handler,
  stop: (() => Promise<unknown>) | undefined,
): Promise<void> {
  await service.goodbye()
  try {
    await stop?.()
  } finally {
    await handler.close()
    await service.release()
  }
}
