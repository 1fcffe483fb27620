import type { JoinOptions, Room, RoomSnapshot } from '@whereabouts/client'
import type { Json } from '@whereabouts/protocol'
import { afterEach, beforeEach, vi } from 'vitest'
import { member, type Exchange, type ScriptedServer } from './scripted-server.js'
import { until } from './until.js'

export const isOnline = ({ status }: RoomSnapshot) => status === 'online'
export const ids = ({ members }: RoomSnapshot) => members.map(({ id }) => id)

/** Rooms of scripted servers, each joined until its test ends. Make one for the tests of a file. */
export class JoinedRooms {
  readonly #rooms: Room[] = []

  /** @param joinRoom what is tested */
  constructor(private readonly joinRoom: (options: JoinOptions) => Room) {
    // No share of any wait: what is tried again is tried again at once.
    beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
    afterEach(() => {
      vi.restoreAllMocks()
      vi.useRealTimers()
      for (const room of this.#rooms.splice(0)) void room.leave()
    })
  }

  readonly join = (server: ScriptedServer, options: Partial<JoinOptions> = {}): Room => {
    const room = this.joinRoom({ url: server.url, room: 'budget', ...options })
    this.#rooms.push(room)
    return room
  }

  /** Joins a room in which somebody else is as well, and waits until that is shown. */
  readonly joinOnline = async (
    server: ScriptedServer,
    options: Partial<JoinOptions> = {},
    hello: { readonly [field: string]: Json } = {},
  ): Promise<{ room: Room; stream: Exchange }> => {
    const room = this.join(server, options)
    const stream = await server.take('GET events')
    stream.stream(hello).snapshot('e:1', [member('me'), member('a', 1)])
    await until(room, isOnline)
    return { room, stream }
  }
}
