import { Controller, Get, Inject, Req, Res, UseFilters, VERSION_NEUTRAL } from '@nestjs/common'
import { RoomServer } from '../room-server.js'
import { Call, type PlatformRequest, type PlatformResponse } from './call.js'
import { Metrics } from './metrics.js'
import { DESCRIPTION } from './openapi.js'
import { EveryProblemFilter } from './problem.filter.js'

/** What an operator asks. @see PROTOCOL.md HT8 */
@Controller({ version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class OperationsController {
  constructor(
    @Inject(RoomServer) private readonly rooms: RoomServer,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(DESCRIPTION) private readonly description: object,
  ) {}

  @Get('health/live')
  live(@Req() request: PlatformRequest, @Res() response: PlatformResponse): void {
    Call.of(request, response).json(200, { status: 'ok' })
  }

  @Get('health/ready')
  async ready(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    await this.rooms.assertReady()
    Call.of(request, response).json(200, { status: this.rooms.isShared ? 'ok' : 'alone' })
  }

  @Get('metrics')
  async read(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    const { contentType, text } = await this.metrics.read()
    Call.of(request, response).send(200, contentType, text)
  }

  @Get('openapi.json')
  openapi(@Req() request: PlatformRequest, @Res() response: PlatformResponse): void {
    Call.of(request, response).json(200, this.description)
  }
}
