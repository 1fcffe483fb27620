import {
  Controller,
  Get,
  Inject,
  Next,
  Post,
  Req,
  Res,
  UseFilters,
  VERSION_NEUTRAL,
} from '@nestjs/common'
import type { Service } from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { articleAddressOf, OwnRoute, passOn } from './own-routes.js'
import { callOf, type PlatformRequest, type PlatformResponse } from './platform-call.js'
import { EveryProblemFilter } from './problem.filter.js'

/** The two calls of the article that this project began with. @see PROTOCOL.md AR1, AR2, AR3 */
@Controller({ path: 'location', version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class ArticleController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Post()
  @OwnRoute('article')
  postLocation(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    return this.#serve(request, response, next)
  }

  @Get('sse')
  @OwnRoute('article')
  getLocation(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    return this.#serve(request, response, next)
  }

  async #serve(
    request: PlatformRequest,
    response: PlatformResponse,
    next: (() => void) | undefined,
  ): Promise<void> {
    const address = articleAddressOf(request)
    if (address === undefined) return passOn(response, next)
    await this.service.answer(callOf(request, response), address)
  }
}
