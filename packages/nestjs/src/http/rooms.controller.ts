import { All, Controller, Inject, Req, Res, UseFilters, VERSION_NEUTRAL } from '@nestjs/common'
import { Call, methodNotAllowed, type PlatformRequest, type PlatformResponse } from './call.js'
import { Calls } from './calls.js'
import { EveryProblemFilter } from './problem.filter.js'

const ROOM = /\/rooms\/([^/]*)\/(?:document\/sync|[^/]+)\/?$/

/** The calls below `/rooms/`. @see PROTOCOL.md §6 */
@Controller({ path: 'rooms', version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class RoomsController {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @All(':room/events')
  async events(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    const call = Call.of(request, response)
    allow(call, ['GET', 'POST'])
    await this.calls.stream(call, roomOf(call))
  }

  @All(':room/location')
  async location(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const call = Call.of(request, response)
    allow(call, ['GET', 'POST'])
    if (call.request.method === 'GET') await this.calls.getLocation(call, roomOf(call))
    else call.json(200, await this.calls.postLocation(call, roomOf(call)))
  }

  @All(':room/document')
  async document(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const call = Call.of(request, response)
    allow(call, ['GET', 'POST'])
    if (call.request.method === 'GET') await this.calls.getDocument(call, roomOf(call))
    else call.json(200, await this.calls.postDocument(call, roomOf(call)))
  }

  @All(':room/document/sync')
  async sync(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    const call = Call.of(request, response)
    allow(call, ['POST'])
    await this.calls.syncDocument(call, roomOf(call))
  }

  @All(':room/leave')
  async leave(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    const call = Call.of(request, response)
    allow(call, ['POST'])
    await this.calls.leave(call, roomOf(call))
  }
}

/** @throws {Problem} method-not-allowed */
function allow(call: Call, methods: readonly string[]): void {
  if (!methods.includes(call.request.method ?? '')) throw methodNotAllowed(call, methods)
}

/** The room in the address itself, as a router's parameter is missing where the name is long. */
function roomOf({ path }: Call): string {
  const segment = ROOM.exec(path)?.[1] ?? ''
  try {
    return decodeURIComponent(segment)
  } catch {
    // It isn't a room name as it stands, and is refused as one.
    return segment
  }
}
