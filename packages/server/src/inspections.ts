import { randomUUID } from 'node:crypto'
import {
  formatPosition,
  type InspectedMember,
  type InspectedReader,
  type Inspection,
  type Latency,
} from '@whereabouts/protocol'
import { z } from 'zod'
import { type Exchange, ExchangeLost, type Notices } from './exchange/exchange.js'
import { inTime } from './in-time.js'
import { Latencies, type LatenciesById } from './latencies.js'
import type { Readers } from './readers.js'
import type { RoomName } from './room/ids.js'
import type { HostedRoom, HostedRooms } from './rooms/hosted-rooms.js'
import { checkRoom } from './room-name.js'
import type { Clock } from './stream/clock.js'
import type { Frames } from './stream/frames.js'
import type { Visible } from './visits.js'

/** How many readers of a node are listed. */
export const MOST_READERS = 1_000
/** How long the other nodes have to answer. */
const ANSWER_MS = 1_000

const LATENCY = z.object({ tookMs: z.number(), agoMs: z.number() })
const READER = z.object({
  node: z.string().exactOptional(),
  transport: z.enum(['stream', 'post-stream', 'shared-stream', 'long-poll', 'process']),
  members: z.array(z.string()),
  view: z.enum(['patch', 'list']),
  document: z.boolean(),
  part: z.string().exactOptional(),
  id: z.string().exactOptional(),
  behind: z.number().exactOptional(),
  isUndrained: z.literal(true).exactOptional(),
})
const VIEW = z.object({
  readers: z.array(READER),
  unlisted: z.number(),
  latencies: z.record(z.string(), LATENCY),
})
const MESSAGE = z.object({
  inspect: z.object({ ask: z.string(), room: z.string() }).optional(),
  inspected: z.object({ ask: z.string(), node: z.string(), view: VIEW }).optional(),
})

/** What a node knows of a room that the others don't. */
interface NodeView {
  readonly readers: readonly InspectedReader[]
  /** How many readers there are besides. */
  readonly unlisted: number
  readonly latencies: LatenciesById
}

/** What the nodes of a room know of it. */
type Gathered = Pick<Inspection, 'nodes' | 'silent' | 'isAlone'> & {
  readonly views: readonly NodeView[]
}

type Nodes = Pick<Exchange<unknown>, 'node' | 'nodes'> & Notices

/**
 * Gathers what every node knows of a room: one asks all, and each answers with its own readers. Nodes that
 * don't know the question don't answer.
 *
 * @see PROTOCOL.md IN6
 */
export class Inspections {
  readonly #asked = new Map<string, (node: string, view: NodeView) => void>()
  readonly #latencies: Latencies

  /** @param exchange omitted if there are no other nodes */
  constructor(
    private readonly readers: Pick<Readers, 'inRoom'>,
    private readonly rooms: Pick<HostedRooms, 'find' | 'look'>,
    private readonly exchange: Nodes | undefined,
    private readonly clock: Clock,
  ) {
    this.#latencies = new Latencies(clock)
    exchange?.onTold((text) => this.#hear(text))
  }

  /** Notes how long a member says that its last confirmation took. @see PROTOCOL.md IN3 */
  note(room: string, id: string, tookMs: number): void {
    const hosted = this.rooms.find(room)
    if (hosted?.room.get(id) !== undefined) this.#latencies.note(hosted, id, tookMs)
  }

  /**
   * Returns how the members and the readers of a room are doing, on all nodes. Creates no room and no member.
   *
   * @throws {Problem} bad-room
   * @see PROTOCOL.md IN1
   */
  async inspect(roomName: string): Promise<Inspection> {
    const room = checkRoom(roomName)
    const gathered = await this.#gather(room)
    return this.rooms.look(room, (known) => inspectionOf(known, gathered))
  }

  #look(room: string): NodeView {
    const hosted = this.rooms.find(room)
    const latencies = hosted === undefined ? {} : this.#latencies.of(hosted)
    return { ...readersShown(this.readers.inRoom(room), hosted?.frames), latencies }
  }

  async #gather(room: RoomName): Promise<Gathered> {
    const { exchange } = this
    if (exchange === undefined) return { views: [this.#look(room)] }
    const { node } = exchange
    const answers = new Map<string, NodeView>([[node, named(this.#look(room), node)]])
    const nodes = await this.#ask(exchange, room, answers)
    const views = [...answers.values()]
    if (nodes === undefined) return { views, nodes: [node], isAlone: true }
    const silent = [...nodes].filter((each) => !answers.has(each))
    return { views, nodes: [...answers.keys()], ...(silent.length > 0 && { silent }) }
  }

  /** Returns the nodes that were asked; `undefined` if they can't be reached. */
  async #ask(
    exchange: Nodes,
    room: RoomName,
    answers: Map<string, NodeView>,
  ): Promise<ReadonlySet<string> | undefined> {
    const ask = randomUUID()
    try {
      const nodes = await exchange.nodes()
      const answered = new Promise<void>((resolve) => {
        const look = () => [...nodes].every((node) => answers.has(node)) && resolve()
        this.#asked.set(ask, (node, view) => {
          answers.set(node, view)
          look()
        })
        look()
      })
      await exchange.tell(JSON.stringify({ inspect: { ask, room } }))
      // Those that don't answer in time are named.
      await inTime(answered, ANSWER_MS, this.clock).catch(() => undefined)
      return nodes
    } catch (error) {
      if (error instanceof ExchangeLost) return undefined
      throw error
    } finally {
      this.#asked.delete(ask)
    }
  }

  #hear(text: string | undefined): void {
    if (text === undefined || !text.startsWith('{"inspect')) return
    const { inspect, inspected } = MESSAGE.safeParse(JSON.parse(text)).data ?? {}
    if (inspect !== undefined) this.#answer(inspect.ask, inspect.room)
    if (inspected !== undefined) this.#asked.get(inspected.ask)?.(inspected.node, inspected.view)
  }

  #answer(ask: string, room: string): void {
    const { node } = this.exchange!
    const view = named(this.#look(room), node)
    // Whoever asked names a node that can't answer.
    this.exchange!.tell(JSON.stringify({ inspected: { ask, node, view } })).catch(() => undefined)
  }
}

function named(view: NodeView, node: string): NodeView {
  return { ...view, readers: view.readers.map((reader) => ({ ...reader, node })) }
}

/**
 * Returns what is shown of the readers of a room on this node.
 *
 * @param frames those of the room; `undefined` if it isn't hosted here
 * @see PROTOCOL.md IN4, IN5, IN7
 */
export function readersShown(
  visible: readonly Visible[],
  frames: Frames | undefined,
): Pick<NodeView, 'readers' | 'unlisted'> {
  const listed = visible.slice(0, MOST_READERS)
  const readers = listed.map((each) => readerShown(each, frames))
  return { readers, unlisted: visible.length - listed.length }
}

function readerShown({ reader, members }: Visible, frames: Frames | undefined): InspectedReader {
  const { transport, view, documents, part, ready, version } = reader
  const shown: InspectedReader = {
    transport,
    members: [...members],
    view,
    document: documents && view === 'patch',
    ...(part !== undefined && { part }),
    ...(!ready && { isUndrained: true }),
  }
  // A reader that resumes from a position that the room doesn't know has none.
  if (frames === undefined || version === undefined || version < 0) return shown
  const id = formatPosition({ epoch: frames.epoch, version })
  return { ...shown, id, behind: Math.max(0, frames.room.version - version) }
}

/** Returns a room with what the nodes know of it. @see PROTOCOL.md IN1, IN2 */
function inspectionOf(
  { room, frames }: Pick<HostedRoom, 'room' | 'frames'>,
  { views, ...nodes }: Gathered,
): Inspection {
  const { members, watching } = room.snapshot()
  const latencies = newestOf(views)
  const unlisted = views.reduce((sum, view) => sum + view.unlisted, 0)
  return {
    id: frames.position,
    members: members.map((member): InspectedMember => {
      const { nextWithinMs, polls } = room.presence(member.id)
      const latency = latencies.get(member.id)
      return {
        ...member,
        ...(nextWithinMs !== undefined && { promisedMs: nextWithinMs }),
        ...(polls === true && { polls }),
        ...(latency !== undefined && { latency }),
      }
    }),
    watching,
    readers: views.flatMap(({ readers }) => readers),
    ...(unlisted > 0 && { unlisted }),
    ...nodes,
  }
}

/** A member's confirmations may come to any node. CO8 */
function newestOf(views: readonly NodeView[]): ReadonlyMap<string, Latency> {
  const newest = new Map<string, Latency>()
  for (const { latencies } of views) {
    for (const [id, latency] of Object.entries(latencies)) {
      if (latency.agoMs < (newest.get(id)?.agoMs ?? Infinity)) newest.set(id, latency)
    }
  }
  return newest
}
