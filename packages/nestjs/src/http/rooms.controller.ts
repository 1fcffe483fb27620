import { All, Controller, Inject, Next, Req, Res, UseFilters, VERSION_NEUTRAL } from '@nestjs/common'
import { Problem } from '@whereabouts/protocol'
import { Call, methodNotAllowed, type PlatformRequest, type PlatformResponse } from './call.js'
import { Calls } from './calls.js'
import { EveryProblemFilter } from './problem.filter.js'

type Handle = (calls: Calls, call: Call, room: string) => Promise<void>

const postLocation: Handle = async (calls, call, room) =>
  call.json(200, await calls.postLocation(call, room))

const CALLS = new Map<string, ReadonlyMap<string, Handle>>([
  [
    'events',
    new Map<string, Handle>([
      ['GET', (calls, call, room) => calls.stream(call, room)],
      ['POST', (calls, call, room) => calls.stream(call, room)],
    ]),
  ],
  [
    'location',
    new Map<string, Handle>([
      ['GET', (calls, call, room) => calls.getLocation(call, room)],
      ['POST', postLocation],
    ]),
  ],
  ['leave', new Map<string, Handle>([['POST', (calls, call, room) => calls.leave(call, room)]])],
])

const ROOM_CALL = /\/rooms\/([^/]*)\/([^/]+?)\/?$/

/**
 * The calls below `/rooms/`.
 *
 * One wildcard, because Fastify's router refuses a parameter of more than 100 characters unless the
 * application sets it otherwise, and a room name may have 128.
 *
 * @see PROTOCOL.md §6
 */
@Controller({ version: VERSION_NEUTRAL })
@UseFilters(EveryProblemFilter)
export class RoomsController {
  constructor(@Inject(Calls) private readonly calls: Calls) {}

  @All('rooms/*path')
  async handle(
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
    @Next() next: unknown,
  ): Promise<void> {
    const match = ROOM_CALL.exec(pathOf(request))
    const methods = CALLS.get(match?.[2] ?? '')
    if (match === null || methods === undefined) return passOn(response, next)
    const call = Call.of(request, response)
    const handle = methods.get(call.request.method ?? '')
    if (handle === undefined) throw methodNotAllowed(call, [...methods.keys()])
    await handle(this.calls, call, decodeRoom(match[1]!))
  }
}

/**
 * To the application's own routes below `/rooms/`: Express tries routes in their order and goes on
 * from here; Fastify has tried them before it came here.
 */
function passOn(response: PlatformResponse, next: unknown): void {
  if (response.hijack === undefined && typeof next === 'function') next()
  else throw new Problem('not-found', 'Below /rooms/{room}/ there are events, location and leave.')
}

function pathOf(request: PlatformRequest): string {
  const { originalUrl, url } = request as { originalUrl?: string; url?: string }
  return (originalUrl ?? url ?? '').split('?', 1)[0]!
}

function decodeRoom(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // It isn't a room name as it stands, and is refused as one.
    return segment
  }
}
