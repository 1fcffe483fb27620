import { Controller, Get, Inject, Req, Res, UseFilters, VERSION_NEUTRAL } from '@nestjs/common'
import { DEFAULT_ROOM, type OperationsCall, type Service } from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { callOf, type PlatformRequest, type PlatformResponse } from './platform-call.js'
import { EveryProblemFilter } from './problem.filter.js'

/** The routes for operators. @see PROTOCOL.md HT8 */
@Controller({ version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class OperationsController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get('health/live')
  live(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#answer('/health/live', request, response)
  }

  @Get('health/ready')
  ready(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#answer('/health/ready', request, response)
  }

  @Get('metrics')
  metrics(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#answer('/metrics', request, response)
  }

  @Get('rooms')
  rooms(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#answer('/rooms', request, response)
  }

  @Get('openapi.json')
  openapi(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#answer('/openapi.json', request, response)
  }

  #answer(
    call: OperationsCall,
    request: PlatformRequest,
    response: PlatformResponse,
  ): Promise<void> {
    return this.service.answer(callOf(request, response), { call, roomName: DEFAULT_ROOM })
  }
}
