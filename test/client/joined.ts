import type { JoinOptions, Room, RoomSnapshot } from '@whereabouts/client'
import type { Json } from '@whereabouts/protocol'
import { afterEach, beforeEach, vi } from 'vitest'
import { member, type Exchange, type ScriptedServer } from './scripted-server.js'
import { until } from './until.js'

export const isOnline = ({ status }: RoomSnapshot) => status === 'online'
export const ids = ({ members }: RoomSnapshot) => members.map(({ id }) => id)

/** Joins rooms of scripted servers, and leaves them when their test ends. Create one in each test file. */
export class JoinedRooms {
  readonly #rooms: Room[] = []

  /** @param joinRoom the function under test */
  constructor(private readonly joinRoom: (options: JoinOptions) => Room) {
    // Backoff waits a random share of its time: with 0, every retry is immediate.
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

  /** Joins a room with another member, and waits until the room is online. */
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
