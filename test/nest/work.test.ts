import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { type EventStream, openStream } from 'whereabouts-conformance/stream'
import { PLATFORMS, startApp } from '../servers/nest.js'

const SETTINGS = { secret: 'the secret of these tests', frameIntervalMs: 50, frameCostMs: 0 }
const READERS_A_FORM = 10
const MOVES = 30

/** Records the writes to the sockets of a server. */
class Writes {
  readonly #bySocket = new Map<Socket, unknown[]>()

  /** Records every write from now on. */
  constructor(server: Server) {
    server.on('connection', (socket) => {
      const writes: unknown[] = []
      this.#bySocket.set(socket, writes)
      const write = socket.write.bind(socket)
      const noting = (...args: Parameters<typeof write>) => {
        writes.push(args[0])
        return write(...args)
      }
      socket.write = noting as typeof socket.write
    })
  }

  /** Returns the writes of each stream. */
  streams(): readonly (readonly unknown[])[] {
    return [...this.#bySocket.values()].filter((writes) =>
      String(writes[0]).includes('text/event-stream'),
    )
  }

  forget(): void {
    for (const writes of this.#bySocket.values()) writes.splice(1)
  }
}

async function openAll(room: TestRoom): Promise<EventStream[]> {
  const forms = [
    { query: {}, headers: {} },
    { query: {}, headers: { 'accept-encoding': 'gzip' } },
    { query: { view: 'list' }, headers: {} },
  ]
  const readers = forms.flatMap((form) => Array.from({ length: READERS_A_FORM }, () => form))
  const streams: EventStream[] = []
  for (const { query, headers } of readers) {
    const stream = await openStream(room.url('events', { watch: 1, ...query }), { headers })
    await stream.next()
    streams.push(stream)
  }
  return streams
}

/** Whether the bytes are a ping of the patch view or a comment of the list view. */
function isPing(bytes: unknown): boolean {
  return /event: ping|^3\r\n:\n\n/.test(String(bytes))
}

/** Resolves when every stream has received a location. */
async function shown(streams: readonly EventStream[], location: string): Promise<void> {
  const shows = (stream: EventStream) => () => stream.text.includes(location)
  await Promise.all(streams.map((stream) => stream.until(location, shows(stream))))
}

describe.each(PLATFORMS)('the work of frames on %s', (platform) => {
  it('[FR3] is one write per frame and reader, and one buffer per frame and form', async () => {
    await using server = await startApp(platform, {
      imports: [WhereaboutsModule.forRoot(SETTINGS)],
    })
    const writes = new Writes(server.app.getHttpServer())
    const room = new TestRoom(server.baseUrl)
    const streams = await openAll(room)
    await room.move(memberKey(), 'settled')
    await shown(streams, 'settled')
    writes.forget()
    const framesBefore = streams[0]!.patches.length

    const key = memberKey()
    for (let count = 0; count < MOVES; count++) await room.move(key, { count })
    await room.move(key, 'the end')
    await shown(streams, 'the end')

    const frames = streams[0]!.patches.length - framesBefore
    expect(frames).toBeLessThan(MOVES)
    const written = writes.streams().map((all) => all.slice(1).filter((bytes) => !isPing(bytes)))
    expect(written).toHaveLength(3 * READERS_A_FORM)
    for (const each of written) expect(each).toHaveLength(frames)
    expect(new Set(written.flat()).size).toBe(frames * 3)
    for (const stream of streams) await stream.close()
  })
})
