import { joinRoom, type Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc } from 'yjs'

/** The ways that a client may use; the best one by default. */
export const WAYS = ['any', 'stream', 'post-stream', 'long-poll'] as const
export type Way = (typeof WAYS)[number]

/** How much two people write. */
export interface Plan {
  readonly edits: number
  readonly everyMs: number
  /** How long it may take until they are live. */
  readonly onlineWithinMs: number
  /** How long the last edits may take to arrive. */
  readonly arriveWithinMs: number
}

/** What two people have seen of a network. */
export interface Crossed {
  /** When the later of the two was live; `null` if that never happened. */
  readonly onlineMs: number | null
  /** From an edit to the other person, in ms. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly arrived: number
  readonly edits: number
  /** How often somebody else saw one of them as away, or as gone. */
  readonly away: number
  /** How events came in at the end. */
  readonly transport: string | null
}

const LOOK_MS = 20

/**
 * Two people meet over a network and one of them writes.
 *
 * @param direct the server itself, for somebody who watches them
 */
export async function cross(
  { url, direct, room }: { readonly url: string; readonly direct: string; readonly room: string },
  way: Way,
  plan: Plan,
): Promise<Crossed> {
  const watcher = joinRoom({ url: direct, room, watch: true })
  const beganMs = performance.now()
  const [writer, reader] = [open(url, room, 'writer', way), open(url, room, 'reader', way)]
  const away = countAway(watcher)
  try {
    const areOnline = () => [writer, reader].every((each) => each.room.status === 'online')
    const isOnline = await until(areOnline, plan.onlineWithinMs)
    const onlineMs = isOnline ? performance.now() - beganMs : null
    const tookMs = isOnline ? await write(writer.doc, reader.doc, plan) : []
    const sorted = tookMs.toSorted((one, other) => one - other)
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? null
    return {
      onlineMs,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      arrived: sorted.length,
      edits: plan.edits,
      away: away(),
      transport: reader.room.getSnapshot().transport,
    }
  } finally {
    await Promise.all([writer, reader].map((each) => each.close()))
    await watcher.leave()
  }
}

/** Writes, and returns after how long each edit has arrived. */
async function write(from: Doc, to: Doc, plan: Plan): Promise<readonly number[]> {
  const [wrote, tookMs] = [new Map<string, number>(), new Map<string, number>()]
  to.getMap('edits').observe(({ keysChanged }) => {
    for (const key of keysChanged) tookMs.set(key, performance.now() - wrote.get(key)!)
  })
  for (let count = 0; count < plan.edits; count++) {
    wrote.set(`${count}`, performance.now())
    from.getMap('edits').set(`${count}`, true)
    await pause(plan.everyMs)
  }
  await until(() => tookMs.size === plan.edits, plan.arriveWithinMs)
  return [...tookMs.values()]
}

function open(url: string, room: string, name: string, way: Way) {
  const doc = new Doc()
  const joined = joinRoom({ url, room, user: { name }, fetch: allowing(way) })
  const provider = new RoomProvider(joined, doc)
  return {
    room: joined,
    doc,
    async close() {
      await provider.destroy()
      await joined.leave()
    },
  }
}

/** Returns a `fetch` that lets events come in one way only. */
function allowing(way: Way): typeof fetch {
  return async (input, init) => {
    const asked = wayOf(new Request(input).url, init?.method)
    if (asked !== undefined && !isAllowed(asked, way)) throw new TypeError('not allowed')
    return fetch(input, init)
  }
}

/** A client asks for a stream by POST once it knows, from a long-poll, that only GET fails. */
function isAllowed(asked: Way, way: Way): boolean {
  return way === 'any' || asked === way || (way === 'post-stream' && asked === 'long-poll')
}

function wayOf(address: string, method = 'GET'): Way | undefined {
  const { pathname } = new URL(address)
  if (pathname.endsWith('/changes')) return 'long-poll'
  if (!pathname.endsWith('/events')) return undefined
  return method === 'POST' ? 'post-stream' : 'stream'
}

/** Counts how often others see somebody who was there as away or gone. */
function countAway(watcher: Room): () => number {
  let count = 0
  let online = new Set<string>()
  watcher.subscribe(() => {
    const { members, status } = watcher.getSnapshot()
    if (status !== 'online') return
    const now = new Set(members.filter((each) => each.status === 'online').map(({ id }) => id))
    count += [...online].filter((id) => !now.has(id)).length
    online = now
  })
  return () => count
}

/** Waits until something is so; returns whether it was in time. */
async function until(isSo: () => boolean, withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() > deadlineMs) return false
    await pause(LOOK_MS)
  }
  return true
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
