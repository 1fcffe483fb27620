import {
  type Broadcast,
  equalJson,
  formatPosition,
  type Json,
  type Member,
  type Position,
  type RoomLocks,
} from '@whereabouts/protocol'
import { LIMITS, type SimulatedNode } from './node.js'
import type { NodeReader, Onlooker } from './node-reader.js'
import type { NodesRun } from './nodes.js'
import type { Stream, Tab } from './tab.js'
import { FAIR } from './trouble.js'

/** The longest time until others know that a node is gone, or a suspended node notices it. */
const DETECTION_MS = 5_000 + 4_000
/** The longest time until a node that was reported gone by mistake corrects it. */
const CORRECTION_MS = 3_000
/** Updates acknowledged less than this before Redis lost its data may not be on every node. */
const HEARD_MS = 12_000

interface Seen {
  /** The state in a snapshot. */
  readonly state: string
  /** The part of it that readers see. */
  readonly view: string
}

/** A call for a lock, and the last lock of that key that was granted to anybody before it. */
export interface LockAsked {
  readonly id: string
  readonly key: string
  readonly before: Granted | undefined
}

interface Granted {
  readonly id: string
  readonly number: number
}

/** The invariants of a run. */
export class NodesChecks implements Onlooker {
  /** The state of the room at every position seen so far, on any node. */
  readonly #seen = new Map<string, Seen>()
  /** The position of each node at the last check. */
  readonly #positions = new Map<SimulatedNode, Position>()
  readonly #failures: string[] = []
  /** Readers that received a frame since the last check. */
  readonly #fresh = new Set<NodeReader>()
  /** Updates that were acknowledged. */
  readonly #acknowledged = new Set<number>()
  /** The event of each number, by epoch. */
  readonly #events = new Map<string, Json>()
  /** The epoch and number of each event. */
  readonly #numbers = new Map<Json, string>()
  /** The last lock of each key that was granted, and answered. */
  readonly #granted = new Map<string, Granted>()
  /** Who got the lock of each number. */
  readonly #holders = new Map<number, string>()
  /** The epochs of the exchange. Any other is a node's own. */
  readonly #sharedEpochs = new Set<string>()
  /** When the last trouble happened. */
  #troubledMs = 0

  constructor(private readonly run: NodesRun) {}

  fail(what: string): void {
    this.#failures.push(what)
    this.run.say(`FAILURE ${what}`)
  }

  tookFrame(reader: NodeReader): void {
    this.#fresh.add(reader)
  }

  /** PROTOCOL.md EV4, EV11: each event has one number, which is the same for all readers. */
  sawBroadcast(epoch: string, { number, event }: Broadcast): void {
    const name = `${epoch} ${number}`
    const known = this.#events.get(name) ?? event
    const before = this.#numbers.get(event) ?? name
    this.#events.set(name, known)
    this.#numbers.set(event, before)
    if (known !== event)
      this.fail(`broadcast ${name} is ${String(event)}, and was ${String(known)}`)
    if (before !== name) this.fail(`event ${String(event)} is sent as ${before} and as ${name}`)
  }

  /** A call about a lock has come to a node. */
  asksForLock(id: string, key: string): LockAsked {
    return { id, key, before: this.#granted.get(key) }
  }

  /** PROTOCOL.md LK3, LK4: a lock has a higher number than any before, unless its holder asks again. */
  gotLock({ id, key, before }: LockAsked, number: number): void {
    const isAgain = before?.id === id && before.number === number
    if (!isAgain && number <= (before?.number ?? 0))
      this.fail(`${id} got ${key} as ${number}, after ${before?.id} as ${before?.number}`)
    if (number > (this.#granted.get(key)?.number ?? 0)) this.#granted.set(key, { id, number })
    this.#holders.set(number, id)
  }

  /** PROTOCOL.md LK12, LK13, LK15: nobody relies on another's lock, or on one that somebody got after it. */
  reliedOn({ id, key, before }: LockAsked, number: number): void {
    const holder = this.#holders.get(number)
    if (holder !== id) this.fail(`${id} relied on ${key} as ${number}, of ${holder}`)
    if (before !== undefined && before.number > number)
      this.fail(`${id} relied on ${key} as ${number}, but ${before.id} had it as ${before.number}`)
  }

  opened(tab: Tab, stream: Stream): void {
    const { node } = stream
    stream.isAnswered = true
    tab.hasLeft = false
    if (node.isShared) tab.isLeaving = false
    this.run.say(`${tab.id} has its stream at ${node.name}`)
  }

  /** PROTOCOL.md EX12, MB7, CL5 */
  sawLeave(reader: NodeReader, member: string, isNewEpoch: boolean): void {
    const tab = this.#tab(member)
    this.run.say(`${reader.node}: ${member} is seen to leave`)
    if (isNewEpoch || tab.hasLeft) return
    const sinceMs = this.run.clock.now() - (tab.knownMs.get(reader.node) ?? -Infinity)
    if (sinceMs < LIMITS.leaseMs - 1) {
      this.fail(`${member} was seen to leave at ${reader.node}, ${sinceMs} ms after it was there`)
    }
  }

  /** A location was acknowledged. */
  posted(tab: Tab, node: SimulatedNode, number: number, wasLeaving: boolean): void {
    tab.aliveMs = this.run.clock.now()
    // A member whose return isn't known yet still leaves, and loses what it posts meanwhile.
    if (tab.isLeaving || wasLeaving) return
    const isThere = hasLocation(node, tab, number)
    const isGone = tab.hasLeft || tab.acknowledged.some((each) => each.number > number)
    if (!isThere && !isGone) this.fail(`${number} of ${tab.id} is acknowledged and isn't there`)
    if (node.isShared) tab.acknowledged.push({ number, atMs: this.run.clock.now() })
    else tab.untold.push({ number, node })
  }

  /** Checks the invariants; called after every event. */
  check(): void {
    const nowMs = this.run.clock.now()
    const { network, trouble } = this.run
    if (network.weather !== FAIR) this.troubled()
    this.#troubledMs = Math.max(this.#troubledMs, Math.min(nowMs, trouble.untilMs))
    for (const node of this.run.nodes) this.#checkState(node)
    for (const reader of this.#fresh) this.#checkReader(reader)
    this.#fresh.clear()
    const shared = new Set(this.run.nodes.filter(({ isShared }) => isShared))
    for (const tab of this.run.tabs) this.#checkTab(tab, shared, nowMs)
    if (this.#failures.length > 0) throw new Error(this.#failures.join('\n'))
  }

  async checkAtRest(): Promise<void> {
    const { nodes, tabs, network } = this.run
    if (!network.isCalm || nodes.some(({ isShared }) => !isShared))
      this.fail('the trouble is not over')
    const rooms = nodes.filter(({ room }) => room !== undefined)
    const positions = new Set(rooms.map(({ room }) => room!.frames.position))
    if (positions.size > 1) this.fail(`the nodes are at ${[...positions].join(', ')}`)
    const states = new Set(rooms.map(stateOf))
    if (states.size > 1) this.fail(`the nodes have ${[...states].join('\n')}`)
    for (const { name, room } of rooms) {
      const view = viewOf(room!.room.snapshot().members)
      const here = tabs.filter(({ isOpen }) => isOpen).map(({ id }) => `${id} online`)
      const said = JSON.parse(view) as readonly (readonly [string, unknown, string])[]
      const seen = said.map(([id, , status]) => `${id} ${status}`)
      const { watching } = room!.room
      const { watchers } = this.run
      if (watching !== watchers.length) {
        this.fail(`${watching} watch at ${name} instead of ${watchers.length}`)
      }
      if (seen.join() !== here.toSorted().join()) {
        this.fail(`${name} has ${seen.join() || 'nobody'} instead of ${here.join() || 'nobody'}`)
      }
    }
    for (const tab of tabs) await this.#checkTabAtRest(tab)
    this.check()
  }

  /** PROTOCOL.md EX1, RM9 */
  #checkState(node: SimulatedNode): void {
    const { room } = node
    if (room === undefined || room.epoch === '') return
    const { epoch } = room
    const { version } = room.room
    this.#sharedEpochs.add(node.machine.exchange.epoch)
    const last = this.#positions.get(node)
    if (last?.epoch === epoch && last.version === version) return
    this.#positions.set(node, { epoch, version })
    if (last?.epoch === epoch && last.version > version) {
      this.fail(`${node.name} went from ${epoch}:${last.version} to ${version}`)
    }
    const position = formatPosition({ epoch, version })
    const { members, watching, locks } = room.room.snapshot()
    // PROTOCOL.md LK15
    if (locks !== undefined && !this.#sharedEpochs.has(epoch))
      this.fail(`${node.name} is alone and shows the locks ${JSON.stringify(locks)}`)
    const view = viewOf(members)
    const state = `${view} ${watching} ${locksText(locks)}`
    const known = this.#seen.get(position)
    if (known === undefined) this.#seen.set(position, { state, view })
    else if (known.state !== state) {
      this.fail(`${position} is ${state} on ${node.name}, and elsewhere ${known.state}`)
    }
  }

  /** PROTOCOL.md RM4, RM6 */
  #checkReader(reader: NodeReader): void {
    const seen = this.#seen.get(reader.lastEventId!)
    const view = viewOf(reader.state.members.values())
    if (seen !== undefined && view !== seen.view) {
      this.fail(`${reader.node}: a reader at ${reader.lastEventId} sees ${view} for ${seen.view}`)
    }
  }

  #checkTab(tab: Tab, shared: ReadonlySet<SimulatedNode>, nowMs: number): void {
    for (const { node, isAnswered } of tab.streams) {
      if (!isAnswered || !node.running) continue
      this.#checkConnected(tab, node, nowMs)
      if (!shared.has(node)) continue
      tab.sharedMs = nowMs
      for (const other of shared) {
        const status = other.room?.room.get(tab.id)?.status
        // A node with late messages may not know it yet.
        if (status === 'online') tab.knownMs.set(other.name, nowMs)
      }
    }
    if (tab.streams.size > 0) tab.aliveMs = nowMs
    this.#tellUntold(tab, shared, nowMs)
    if (tab.acknowledged.length > 0 && nowMs - tab.sharedMs > LIMITS.leaseMs - 1_000) {
      tab.acknowledged.length = 0
    }
    this.#checkGhost(tab, nowMs)
  }

  /** Expects what a node accepted while cut off on all nodes when it is back. PROTOCOL.md EX3 */
  #tellUntold(tab: Tab, shared: ReadonlySet<SimulatedNode>, nowMs: number): void {
    if (tab.untold.length === 0) return
    for (const { number, node } of tab.untold) {
      if (shared.has(node)) tab.acknowledged.push({ number, atMs: nowMs })
    }
    tab.untold = tab.untold.filter(({ node, number }) => {
      return node.running && !shared.has(node) && hasLocation(node, tab, number)
    })
  }

  /** PROTOCOL.md MB2 */
  #checkConnected(tab: Tab, node: SimulatedNode, nowMs: number): void {
    const status = node.room?.room.get(tab.id)?.status
    if (tab.hasLeft || status === 'online') {
      tab.awaySinceMs = undefined
      return
    }
    // A node reported gone corrects it immediately, but by then even a lease may have expired.
    const isOver = nowMs - tab.sharedMs >= LIMITS.leaseMs
    if (status === 'away' || isOver) tab.awaySinceMs ??= nowMs
    if (nowMs - (tab.awaySinceMs ?? -Infinity) < CORRECTION_MS) return
    this.fail(`${tab.id} is ${status} at ${node.name}, where it is connected`)
  }

  /** PROTOCOL.md MB3, EX12 */
  #checkGhost(tab: Tab, nowMs: number): void {
    const sinceMs = Math.max(tab.aliveMs, this.#troubledMs)
    if (tab.streams.size > 0 || nowMs - sinceMs < LIMITS.leaseMs + DETECTION_MS) return
    for (const node of this.run.nodes) {
      const member = node.running ? node.room?.room.get(tab.id) : undefined
      if (member !== undefined) this.fail(`${tab.id} is a ghost at ${node.name}: ${stateOf(node)}`)
    }
  }

  async #checkTabAtRest(tab: Tab): Promise<void> {
    const { run } = this
    for (const stream of tab.answered) {
      const { node, reader } = stream
      const room = node.room!.room
      const location = room.get(tab.id)?.location ?? 0
      const least = Math.max(0, ...tab.acknowledged.map(({ number }) => number))
      if (Number(location) < least) this.fail(`${tab.id} is at ${location}, and was at ${least}`)
      const seen = viewOf(reader.state.members.values())
      const is = viewOf(room.snapshot().members)
      if (seen !== is) this.fail(`a reader at ${node.name} sees ${seen} instead of ${is}`)
      if (reader.state.watching !== room.watching) this.fail('another number watches')
      if (!equalJson(reader.state.locks, room.snapshot().locks ?? {}))
        this.fail(`a reader at ${node.name} sees the locks ${JSON.stringify(reader.state.locks)}`)
      this.#checkHeard(reader, room.broadcasts)
      await run.fetchFor(stream)
      const lost = [...this.#acknowledged].filter((update) => !reader.updates.has(update))
      if (lost.length > 0) this.fail(`a reader at ${node.name} lacks the updates ${lost.join()}`)
      const copy = await node.read()
      const lacks = [...this.#acknowledged].filter((update) => !copy.has(update))
      if (lacks.length > 0) this.fail(`${node.name} lacks the updates ${lacks.join()}`)
    }
  }

  /** PROTOCOL.md EV6, CL111: all is heard or known to be missed, and nothing is heard twice. */
  #checkHeard({ node, heard, lastBroadcast }: NodeReader, broadcasts: number): void {
    const number = lastBroadcast?.number
    if (number !== broadcasts) {
      this.fail(`a reader at ${node} knows of ${number} broadcasts, and there were ${broadcasts}`)
    }
    const events = heard.flatMap((each) => ('event' in each ? [each.event] : []))
    if (new Set(events).size < events.length) this.fail(`a reader heard ${events.join()}`)
  }

  /** Records that a document update was acknowledged. */
  updated(update: number): void {
    this.#acknowledged.add(update)
  }

  /** Records trouble. */
  troubled(): void {
    this.#troubledMs = this.run.clock.now()
  }

  /** Records a jump of a node's clock, which ends leases while the node is cut off. */
  jumped(node: string, ms: number): void {
    for (const tab of this.run.tabs) {
      const { knownMs } = tab
      // The node can't tell any more how long ago these were posted.
      tab.untold = tab.untold.filter((untold) => untold.node.name !== node)
      const sinceMs = knownMs.get(node)
      if (sinceMs !== undefined) knownMs.set(node, sinceMs - ms)
    }
  }

  /** Records that Redis lost its data, so only nodes know the latest posts. */
  lostAll(): void {
    const nowMs = this.run.clock.now()
    for (const tab of this.run.tabs) {
      const { acknowledged } = tab
      const kept = acknowledged.filter(({ atMs }) => atMs < nowMs - HEARD_MS)
      acknowledged.splice(0, acknowledged.length, ...kept)
      const least = Math.max(0, ...kept.map(({ number }) => number))
      const keepers = this.run.nodes.filter(({ room }) => {
        return Number(room?.room.get(tab.id)?.location ?? 0) >= least
      })
      tab.keepers = new Set(keepers)
      this.#checkKeepers(tab)
    }
  }

  /** Records the end of a node. */
  ended(node: SimulatedNode): void {
    this.troubled()
    for (const tab of this.run.tabs) {
      tab.keepers?.delete(node)
      this.#checkKeepers(tab)
    }
  }

  #checkKeepers({ keepers, acknowledged }: Tab): void {
    if (keepers?.size === 0) acknowledged.length = 0
  }

  #tab(id: string): Tab {
    return this.run.tabs.find((tab) => tab.id === id)!
  }
}

/** Whether a node has a member's location or a later one. */
function hasLocation({ room }: SimulatedNode, { id }: Tab, number: number): boolean {
  const location = room?.room.get(id)?.location
  return typeof location === 'number' && location >= number
}

function stateOf({ room }: SimulatedNode): string {
  return JSON.stringify(room?.room.save())
}

/** Formats the locks in the order of their keys. */
function locksText(locks: RoomLocks = {}): string {
  return JSON.stringify(locks, Object.keys(locks).toSorted().concat('memberId', 'number'))
}

/** Formats the members with location and status. */
function viewOf(members: Iterable<Member>): string {
  const seen = Array.from(members, ({ id, location, status }) => [id, location, status] as const)
  return JSON.stringify(seen.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
