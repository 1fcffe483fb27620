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
import {
  Call,
  type Calls,
  methodNotAllowed,
  type PlatformRequest,
  type PlatformResponse,
  ROOM_CALLS,
  type RoomCall,
  type Service,
} from '@whereabouts/server/mount'
import { SERVICE } from '../service.js'
import { OwnRoute, passOn, roomAddressOf } from './own-routes.js'
import { EveryProblemFilter } from './problem.filter.js'

type Answer = (calls: Calls, call: Call, room: string) => Promise<void>

/** What each call does, by its method. */
const ANSWERS: { readonly [call in RoomCall]: { readonly [method: string]: Answer } } = {
  events: {
    GET: (calls, call, room) => calls.stream(call, room),
    POST: (calls, call, room) => calls.stream(call, room),
  },
  location: {
    GET: (calls, call, room) => calls.getLocation(call, room),
    POST: async (calls, call, room) => call.json(200, await calls.postLocation(call, room)),
  },
  leave: {
    POST: (calls, call, room) => calls.leave(call, room),
  },
  document: {
    GET: (calls, call, room) => calls.getDocument(call, room),
    POST: async (calls, call, room) => call.json(200, await calls.postDocument(call, room)),
  },
  'document/sync': {
    POST: (calls, call, room) => calls.syncDocument(call, room),
  },
}

/** The calls below `/rooms/`. @see PROTOCOL.md §6 */
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
    const call = Call.of(request, response)
    const answers = new Map(Object.entries(ANSWERS[address.call]))
    const answer = answers.get(call.request.method ?? '')
    if (answer === undefined) throw methodNotAllowed(call, [...answers.keys()])
    await answer(this.service.calls, call, address.room)
  }
}
