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
import {
  Call,
  DEFAULT_ROOM,
  type PlatformRequest,
  type PlatformResponse,
  type Service,
} from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { isArticleAddress, OwnRoute, passOn } from './own-routes.js'
import { EveryProblemFilter } from './problem.filter.js'

/** The two calls of the article that this began with. @see PROTOCOL.md AR1, AR2, AR3 */
@Controller({ path: 'location', version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class ArticleController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Post()
  @OwnRoute('article')
  async postLocation(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    if (!isArticleAddress(request)) return passOn(response, next)
    const call = Call.of(request, response)
    await this.service.calls.postLocation(call, DEFAULT_ROOM, 'id')
    call.send(201, 'text/plain; charset=utf-8', 'ok')
  }

  @Get('sse')
  @OwnRoute('article')
  async getLocation(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    if (!isArticleAddress(request)) return passOn(response, next)
    await this.service.calls.streamList(Call.of(request, response), DEFAULT_ROOM)
  }
}
