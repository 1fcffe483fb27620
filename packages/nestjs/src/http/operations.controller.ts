import { Controller, Get, Inject, Req, Res, UseFilters, VERSION_NEUTRAL } from '@nestjs/common'
import {
  Call,
  type PlatformRequest,
  type PlatformResponse,
  type Service,
} from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { EveryProblemFilter } from './problem.filter.js'

/** Injects the description of the calls that are there. */
export const DESCRIPTION = Symbol('description of the calls')

/** What an operator asks. @see PROTOCOL.md HT8 */
@Controller({ version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class OperationsController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    @Inject(DESCRIPTION) private readonly description: object,
  ) {}

  @Get('health/live')
  live(@Req() request: PlatformRequest, @Res() response: PlatformResponse): void {
    Call.of(request, response).json(200, { status: 'ok' })
  }

  @Get('health/ready')
  async ready(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    const { server } = this.service
    await server.assertReady()
    Call.of(request, response).json(200, { status: server.isShared ? 'ok' : 'alone' })
  }

  @Get('metrics')
  async read(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    const { contentType, text } = await this.service.metrics.read()
    Call.of(request, response).send(200, contentType, text)
  }

  @Get('openapi.json')
  openapi(@Req() request: PlatformRequest, @Res() response: PlatformResponse): void {
    Call.of(request, response).json(200, this.description)
  }
}
