import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Inject, Injectable } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { Call, readAddress, type Service } from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { sendError } from './problem.filter.js'
import { ShortAnswers } from './short-answers.js'

/**
 * Answers the calls that come thousands of times a second before the platform sees them: posts of a
 * location, and streams, of which everybody opens one at once after a restart. Routing, middleware,
 * guards and the rest cost more than all that these calls do. So it is for a server that has none of
 * them in front of it.
 *
 * @example
 * ```ts
 * let shortPath: ShortPath | undefined
 * const serverFactory = (handle: RequestListener) =>
 *   createServer((request, response) => {
 *     if (shortPath?.take(request, response) !== true) handle(request, response)
 *   })
 * const app = await NestFactory.create(AppModule, new FastifyAdapter({ serverFactory }))
 * shortPath = app.get(ShortPath)
 * ```
 */
@Injectable()
export class ShortPath {
  #answers: ShortAnswers | undefined

  constructor(
    @Inject(SERVICE) private readonly service: Service,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  /** Answers the request if it is such a call; `false` if it isn't. PROTOCOL.md HT1, HT2, HT3 */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const { method, url = '' } = request
    const address = method === 'POST' || method === 'GET' ? readAddress(url) : undefined
    if (address === undefined || address.mount !== '') return false
    const { call: name, room } = address
    if (name !== 'events' && !(name === 'location' && method === 'POST')) return false
    const call = new Call(request, response)
    const work = name === 'events' ? this.service.calls.stream(call, room) : this.#post(call, room)
    work.catch((error: unknown) => sendError(call, error))
    return true
  }

  async #post(call: Call, room: string): Promise<void> {
    const moved = await this.service.calls.postLocation(call, room)
    this.#answers ??= new ShortAnswers(this.host.httpAdapter.getHttpServer() as Server)
    this.#answers.add(call, moved)
  }
}
