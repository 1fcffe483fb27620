import type { IncomingMessage, ServerResponse } from 'node:http'
import { Inject, Injectable } from '@nestjs/common'
import { Call } from './call.js'
import { Calls } from './calls.js'
import { sendError } from './problem.filter.js'

// A name that is written with escapes takes the long way.
const LOCATION = /^\/rooms\/([A-Za-z0-9._:~-]{1,128})\/location(?:\?|$)/

/**
 * Answers the one call that comes thousands of times a second, the post of a location, before the
 * platform sees it: routing, middleware, guards and the rest cost more than all that the call does.
 * So it is for a server that has none of them in front of it.
 *
 * @example
 * ```ts
 * let shortPath: ShortPath | undefined
 * const serverFactory = (handle) =>
 *   createServer((request, response) => {
 *     if (shortPath?.take(request, response) !== true) handle(request, response)
 *   })
 * const app = await NestFactory.create(AppModule, new FastifyAdapter({ serverFactory }))
 * shortPath = app.get(ShortPath)
 * ```
 */
@Injectable()
export class ShortPath {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  /** Answers the request if it is a post of a location; `false` if it isn't. PROTOCOL.md HT3 */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'POST') return false
    const room = LOCATION.exec(request.url ?? '')?.[1]
    if (room === undefined) return false
    void this.#answer(new Call(request, response), room)
    return true
  }

  async #answer(call: Call, room: string): Promise<void> {
    try {
      call.json(200, await this.calls.postLocation(call, room))
    } catch (error) {
      sendError(call, error)
    }
  }
}
