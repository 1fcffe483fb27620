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
import { DEFAULT_ROOM } from '@whereabouts/protocol'
import { Call, type PlatformRequest, type PlatformResponse } from './call.js'
import { Calls } from './calls.js'
import { isArticleAddress, OwnRoute, passOn } from './own-routes.js'
import { EveryProblemFilter } from './problem.filter.js'

/** The two calls of the article that this began with. @see PROTOCOL.md AR1, AR2, AR3 */
@Controller({ path: 'location', version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class ArticleController {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @Post()
  @OwnRoute('article')
  async postLocation(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    if (!isArticleAddress(request)) return passOn(response, next)
    const call = Call.of(request, response)
    await this.calls.postLocation(call, DEFAULT_ROOM, 'id')
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
    await this.calls.streamList(Call.of(request, response), DEFAULT_ROOM)
  }
}
