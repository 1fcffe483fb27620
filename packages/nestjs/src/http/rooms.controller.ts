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
import { ROOM_CALLS, type Service } from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { OwnRoute, passOn, roomAddressOf } from './own-routes.js'
import { callOf, type PlatformRequest, type PlatformResponse } from './platform-call.js'
import { EveryProblemFilter } from './problem.filter.js'

/** The calls below `/rooms/`. @see PROTOCOL.md §7 */
@Controller({ path: 'rooms', version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class RoomsController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @All(ROOM_CALLS.map((call) => `:room/${call}`))
  @OwnRoute('room')
  async serve(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    const address = roomAddressOf(request)
    if (address === undefined) return passOn(response, next)
    await this.service.answer(callOf(request, response), address)
  }
}
