import { memberKey, type TestRoom } from './room.js'
import { openSocket, type RawSocket } from './socket.js'
import type { EventStream } from './stream.js'

/** The size of a location of the flood; the server has to be set to it. */
export const LARGE_BYTES = 65_536

const MOVERS = 4
const ROUNDS = 60

/**
 * Posts large locations until 15 MB went out to each reader, which is more than the kernel's
 * buffers hold for one that doesn't read. `reader`, which does, has had all of it at the end.
 */
export async function flood(room: TestRoom, reader: EventStream): Promise<void> {
  const movers = Array.from({ length: MOVERS }, memberKey)
  for (let round = 0; round < ROUNDS; round++) {
    const location = `${round} ${'x'.repeat(LARGE_BYTES - 8)}`
    const moved = await Promise.all(movers.map((mover) => room.move(mover, location)))
    await reader.until('the flood', ({ members }) =>
      moved.every(({ self }) => members.get(self)?.location === location),
    )
  }
}

/** Asks for a stream and doesn't read it. */
export async function openStuckReader(room: TestRoom, member: string): Promise<RawSocket> {
  const socket = await openSocket(room.baseUrl)
  const path = room.url('events', { member }).slice(room.baseUrl.length)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  return socket
}
