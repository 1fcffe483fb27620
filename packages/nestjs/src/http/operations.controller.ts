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
  DEFAULT_ROOM,
  type OperationsCall,
  readAddress,
  type Service,
} from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { passOn } from './own-routes.js'
import { callOf, type PlatformRequest, type PlatformResponse } from './platform-call.js'
import { EveryProblemFilter } from './problem.filter.js'

/** The routes for operators. @see PROTOCOL.md HT8 */
@Controller({ version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class OperationsController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get('health/live')
  live(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    return this.#answer('/health/live', request, response, next)
  }

  @Get('health/ready')
  ready(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    return this.#answer('/health/ready', request, response, next)
  }

  @Get('metrics')
  metrics(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    return this.#answer('/metrics', request, response, next)
  }

  @Get('rooms')
  rooms(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    return this.#answer('/rooms', request, response, next)
  }

  @Get('rooms/mine')
  mine(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    return this.#answer('/rooms/mine', request, response, next)
  }

  @Post('rooms/mine')
  folder(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    return this.#answer('/rooms/mine', request, response, next)
  }

  @Get('openapi.json')
  openapi(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next?: () => void,
  ): Promise<void> {
    return this.#answer('/openapi.json', request, response, next)
  }

  /**
   * Answers a call. Passes on the address with a slash at its end, which Express also routes here.
   *
   * @see PROTOCOL.md HT10
   */
  async #answer(
    call: OperationsCall,
    request: PlatformRequest,
    response: PlatformResponse,
    next?: () => void,
  ): Promise<void> {
    if (readAddress(request.raw?.url ?? request.url ?? '')?.call !== call) {
      return passOn(response, next)
    }
    await this.service.answer(callOf(request, response), { call, roomName: DEFAULT_ROOM })
  }
}
