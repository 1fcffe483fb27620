import {
  All,
  Controller,
  Inject,
  Next,
  Req,
  Res,
  UseFilters,
  VERSION_NEUTRAL,
} from '@nestjs/common'
import type { Service } from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { OwnRoute, passOn, streamsAddressOf } from './own-routes.js'
import { callOf, type PlatformRequest, type PlatformResponse } from './platform-call.js'
import { EveryProblemFilter } from './problem.filter.js'

/** The call about several rooms. @see PROTOCOL.md HT35 */
@Controller({ path: 'streams', version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class StreamsController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  /** Guards see none of the rooms, so something else has to say who may enter them. @see PROTOCOL.md HT36 */
  @All()
  @OwnRoute('streams')
  async serve(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    const address = streamsAddressOf(request)
    if (address === undefined || !this.service.served.streams) return passOn(response, next)
    await this.service.answer(callOf(request, response), address)
  }
}
