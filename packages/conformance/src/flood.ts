import { memberKey, type TestRoom } from './room.js'
import { openSocket, type RawSocket } from './socket.js'
import type { EventStream } from './stream.js'

/** The size of the posted locations. The server's `maxLocationBytes` must allow it. */
export const LARGE_BYTES = 65_536

const MOVERS = 4
const ROUNDS = 60

/**
 * Posts large locations until 15 MB were sent to each reader, more than the kernel's buffers hold for a
 * reader that doesn't read. At the end, `reader` has received all of it.
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

/** Opens a stream and never reads it. */
export async function openStuckReader(room: TestRoom, member: string): Promise<RawSocket> {
  const socket = await openSocket(room.baseUrl)
  const path = room.url('events', { member }).slice(room.baseUrl.length)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  return socket
}
