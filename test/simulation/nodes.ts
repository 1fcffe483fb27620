import { Problem } from '@whereabouts/protocol'
import { type Plant, ROOM, SimulatedNode } from './node.js'
import { NodeReader } from './node-reader.js'
import { NodesChecks } from './nodes-checks.js'
import { ModelNetwork } from './model-network.js'
import { ModelRedis } from './model-redis.js'
import { ModelUntold } from './model-untold.js'
import { Random } from './random.js'
import { type Stream, Tab } from './tab.js'
import { FAIR, Trouble, weatherOf } from './trouble.js'
import { VirtualClock } from './virtual-clock.js'

const TABS = ['ann', 'bob', 'cem', 'dan', 'eve']
const LOCK_KEYS = ['a', 'b']
/** The longest time until a message of a killed node arrives. */
const LATE_MS = 4_000
const POLL_MS = 100
const SPELLS = 1
const STEPS = 50
/** The longest time until a tab that lost its stream is back, shorter than its lease. */
const BACK_MS = 5_000
/** A member's lease, a node's lease, and some time to notice. */
const REST_MS = 15_000 + 5_000 + 4_000
const MOST_UPDATES = 255
/** What a write may cost, so that frames and batches go out soon or as rarely as they may. */
const WRITE_COSTS_MS = [0.01, 0.3, 1]

/** Several nodes that share one room, with members, viewers and all kinds of trouble. */
export class NodesRun {
  readonly clock = new VirtualClock()
  readonly trace: string[] = []
  readonly nodes: SimulatedNode[] = []
  readonly tabs = TABS.map((id) => new Tab(id))
  /** The node of each viewer. */
  watchers: SimulatedNode[] = []
  /** The updates in the document store. */
  readonly stored = new Set<number>()
  readonly untold = new ModelUntold()
  readonly network: ModelNetwork
  readonly trouble: Trouble
  readonly random: Random
  readonly #checks: NodesChecks
  readonly #maxRecentDocumentBytes: number
  readonly #checkpointBatches: number
  readonly #writeMs: number
  #started = 0
  #updates = 0
  #broadcasts = 0

  constructor(
    seed: number,
    private readonly plant: Plant = (exchange) => exchange,
  ) {
    this.random = new Random(seed)
    const { random } = this
    this.#checkpointBatches = random.pick([4, 16, 512])
    const redis = new ModelRedis(() => this.clock.now(), this.#checkpointBatches * 16)
    this.network = new ModelNetwork(redis, this.clock, random, weatherOf(random))
    const machines = () => this.nodes.map(({ machine }) => machine)
    this.#checks = new NodesChecks(this)
    this.trouble = new Trouble(this.network, machines, {
      say: (what) => this.say(what),
      lostAll: () => this.#checks.lostAll(),
      jumped: ({ exchange }, ms) => this.#checks.jumped(exchange.node, ms),
    })
    this.#maxRecentDocumentBytes = random.pick([1, 4, 1_000])
    this.#writeMs = random.pick(WRITE_COSTS_MS)
    this.say(JSON.stringify(this.network.weather))
    for (let count = 2 + random.below(3); count > 0; count--) this.#start()
  }

  async go(): Promise<void> {
    const { random } = this
    for (let spell = 0; spell < SPELLS; spell++) {
      const troubled = random.pick([0, 0.05, 0.15])
      for (let step = 0; step < STEPS; step++) {
        if (random.chance(troubled)) this.trouble.strike()
        else if (random.chance(0.03)) this.#replace(random.chance(0.3))
        else this.#act()
        await this.#pass(random.below(random.pick([20, 100, 100, 1_500])))
      }
      if (random.chance(0.02)) await this.#pass(70_000)
      await this.#rest()
    }
  }

  say(what: string): void {
    this.trace.push(`${this.clock.now().toFixed(1)} ${what}`)
  }

  readonly #spend = (): void => this.clock.spend(this.#writeMs)

  #start(): void {
    const { network, stored, untold, plant } = this
    const settings = {
      network,
      stored,
      untold,
      maxRecentDocumentBytes: this.#maxRecentDocumentBytes,
      checkpointBatches: this.#checkpointBatches,
      plant,
      failed: (what: string, cause: unknown) => this.#checks.fail(`${what}: ${String(cause)}`),
    }
    const node = new SimulatedNode(`n${++this.#started}`, settings)
    this.nodes.push(node)
    this.say(`${node.name} starts`)
  }

  /** Kills or stops a node, and starts another. */
  #replace(isKilled: boolean): void {
    const node = this.nodes.splice(this.random.below(this.nodes.length), 1)[0]!
    this.#checks.ended(node)
    this.say(`${node.name} ${isKilled ? 'is killed' : 'stops'}`)
    const streams = this.tabs.flatMap((tab) => [...tab.streams].map((stream) => ({ tab, stream })))
    for (const { tab, stream } of streams) {
      if (stream.node === node) this.#lose(tab, stream)
    }
    for (const each of this.watchers) if (each === node) this.#endWatching(node)
    this.watchers = this.watchers.filter((each) => each !== node)
    for (const tab of this.tabs) {
      if (tab.waitsFor !== node) continue
      tab.waitsFor = undefined
      tab.waitsUntilMs = this.clock.now() + LATE_MS
    }
    if (isKilled) node.machine.crash()
    else node.machine.host.arrive(() => void this.#stop(node))
    this.#start()
  }

  async #stop(node: SimulatedNode): Promise<void> {
    node.rooms.stopFrames()
    await node.machine.exchange.close()
    node.machine.crash()
  }

  #act(): void {
    const { random } = this
    const tab = random.pick(this.tabs)
    const act = random.pick([
      () => this.#post(tab),
      () => this.#post(tab),
      () => this.#post(tab),
      () => this.#come(tab),
      () => this.#come(tab),
      () => this.#drop(tab),
      () => this.#go(tab),
      () => this.#leave(tab),
      () => this.#reload(tab),
      () => this.#move(tab),
      () => this.#move(tab),
      () => this.#update(),
      () => this.#update(),
      () => this.#broadcast(tab),
      () => this.#broadcast(tab),
      () => this.#lock(tab),
      () => this.#lock(tab),
      () => this.#unlock(tab),
      () => this.#rely(tab),
      () => this.#rely(tab),
      () => this.#fetch(tab),
      () => this.#watch(),
      () => this.#unwatch(),
    ])
    act()
  }

  #come(tab: Tab): void {
    if (tab.isOpen || this.#waits(tab)) return
    tab.isOpen = true
    this.#open(tab, this.random.pick(this.nodes))
  }

  /** Opens a stream of a tab at a node. */
  #open(tab: Tab, node: SimulatedNode): void {
    const reader = new NodeReader(node.name, tab.known, this.#checks, this.#spend)
    const stream: Stream = { node, reader, isAnswered: false, isClosed: false }
    tab.streams.add(stream)
    this.say(`${tab.id} opens a stream at ${node.name}`)
    node.machine.host.arrive(() => void this.#answer(tab, stream))
  }

  async #answer(tab: Tab, stream: Stream): Promise<void> {
    const { node, reader } = stream
    if (stream.isClosed) return
    try {
      await node.commit({ do: 'open', id: tab.id, user: {} })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return this.#lose(tab, stream)
    }
    const room = node.room
    if (room === undefined) return this.#checks.fail(`${node.name} has no room after a commit`)
    if (stream.isClosed) return room.commitQuietly({ do: 'close', id: tab.id })
    const { lastEventId } = reader
    if (lastEventId !== undefined) reader.version = room.frames.versionOf(lastEventId)
    this.#checks.opened(tab, stream)
    tab.known = reader
    node.readers.add(reader)
    room.frames.add(reader)
    room.frames.catchUp(reader)
    if (this.random.chance(0.7)) void this.fetchFor(stream)
  }

  /** Ends a stream silently; an open tab reconnects to any node soon. */
  #lose(tab: Tab, stream: Stream): void {
    this.#close(tab, stream)
    if (!tab.isOpen || tab.streams.size > 0) return
    this.#comeBack(tab, this.random.below(BACK_MS))
  }

  #close(tab: Tab, stream: Stream): void {
    stream.isClosed = true
    tab.streams.delete(stream)
    const { node, reader } = stream
    node.machine.host.arrive(() => {
      if (!stream.isAnswered) return
      node.readers.delete(reader)
      node.room?.frames.remove(reader)
      node.room?.commitQuietly({ do: 'close', id: tab.id })
    })
  }

  /** Interrupts the network between a tab and its node. */
  #drop(tab: Tab): void {
    const [stream] = tab.streams
    if (stream === undefined) return
    this.say(`${tab.id} loses its stream`)
    this.#lose(tab, stream)
  }

  /** Closes a tab, which only its node notices. */
  #go(tab: Tab): void {
    if (!tab.isOpen) return
    this.say(`${tab.id} is closed`)
    tab.isOpen = false
    for (const stream of tab.streams) this.#close(tab, stream)
  }

  /** Makes the tab wait if its node was cut off, as an earlier request to the others may arrive late. */
  #answered(tab: Tab, node: SimulatedNode, isAlone: boolean): void {
    if (tab.waitsFor !== node) return
    tab.waitsFor = undefined
    if (node.isShared && !isAlone) return
    tab.waitsUntilMs = Math.max(this.clock.now(), this.trouble.untilMs) + LATE_MS
  }

  #waits(tab: Tab): boolean {
    return tab.waitsFor !== undefined || this.clock.now() < tab.waitsUntilMs
  }

  #leave(tab: Tab): void {
    if (this.#waits(tab)) return
    const node = this.random.pick(this.nodes)
    this.say(`${tab.id} leaves, at ${node.name}`)
    tab.isOpen = false
    this.#forgetPosts(tab)
    tab.hasLeft = true
    tab.knownMs.clear()
    tab.waitsFor = node
    node.machine.host.arrive(() => void this.#sayGoodbye(tab, node, 'leave'))
    for (const stream of tab.streams) this.#close(tab, stream)
  }

  #reload(tab: Tab): void {
    const [stream] = tab.streams
    if (!tab.isOpen || stream === undefined || this.#waits(tab)) return
    this.say(`${tab.id} reloads`)
    const { node } = stream
    this.#forgetPosts(tab)
    tab.hasLeft = true
    tab.isLeaving = true
    tab.knownMs.clear()
    tab.waitsFor = node
    node.machine.host.arrive(() => void this.#sayGoodbye(tab, node, 'soon'))
    for (const each of tab.streams) this.#close(tab, each)
    this.#comeBack(tab, this.random.below(3_000))
  }

  #comeBack(tab: Tab, inMs: number): void {
    this.clock.after(inMs, () => {
      if (!tab.isOpen || tab.streams.size > 0) return
      if (this.#waits(tab)) return this.#comeBack(tab, POLL_MS)
      this.#open(tab, this.random.pick(this.nodes))
    })
  }

  /** Sends a goodbye, which arrives before the tab is back. */
  async #sayGoodbye(tab: Tab, node: SimulatedNode, goodbye: 'leave' | 'soon'): Promise<void> {
    let isAlone = false
    const left = node.leave(tab.id, goodbye === 'soon').then((wasAlone) => {
      isAlone = wasAlone
    })
    await this.#attempt(left)
    this.#answered(tab, node, isAlone)
  }

  /** Opens the next stream before the old one ends, like after a goodbye of the node. */
  #move(tab: Tab): void {
    const [stream] = tab.streams
    if (!tab.isOpen || stream === undefined) return
    const others = this.nodes.filter((node) => node !== stream.node)
    this.#open(tab, this.random.pick(others))
    this.clock.after(this.random.below(500), () => {
      if (tab.streams.size > 1 && tab.streams.has(stream)) this.#close(tab, stream)
    })
  }

  #post(tab: Tab): void {
    if (tab.streams.size === 0 || this.#waits(tab)) return
    const [stream] = tab.streams
    const node = this.random.chance(0.8) ? stream!.node : this.random.pick(this.nodes)
    const number = ++tab.posted
    this.say(`${tab.id} posts ${number} at ${node.name}`)
    tab.waitsFor = node
    node.machine.host.arrive(() => void this.#postTo(tab, node, number))
  }

  async #postTo(tab: Tab, node: SimulatedNode, number: number): Promise<void> {
    const { isLeaving } = tab
    let isAlone = false
    const move = { do: 'move', id: tab.id, user: {}, location: number } as const
    const posted = node.commit(move).then(({ isShared }) => {
      isAlone = !isShared
    })
    if (await this.#attempt(posted)) this.#checks.posted(tab, node, number, isLeaving)
    this.#answered(tab, node, isAlone)
  }

  /** Broadcasts an event of a tab, which may not be a member, or of the application. */
  #broadcast(tab: Tab): void {
    const { random } = this
    const node = random.pick(this.nodes)
    const from = random.chance(0.7) ? tab.id : undefined
    const event = ++this.#broadcasts
    this.say(`${from ?? 'the application'} broadcasts ${event} at ${node.name}`)
    node.machine.host.arrive(() => {
      void this.#attempt(node.rooms.broadcast(ROOM, { do: 'broadcast', event, from }))
    })
  }

  #lock(tab: Tab): void {
    const node = this.random.pick(this.nodes)
    const key = this.random.pick(LOCK_KEYS)
    this.say(`${tab.id} locks ${key} at ${node.name}`)
    node.machine.host.arrive(() => void this.#attempt(this.#lockAt(tab, node, key)))
  }

  async #lockAt({ id, locks }: Tab, node: SimulatedNode, key: string): Promise<void> {
    const ask = this.#checks.asksForLock(id, key)
    const number = await node.lock(id, key)
    if (number === undefined) return
    this.say(`${id} has ${key} as ${number}`)
    locks.set(key, number)
    this.#checks.gotLock(ask, number)
  }

  #unlock({ id, locks }: Tab): void {
    const node = this.random.pick(this.nodes)
    const [held] = locks
    if (held === undefined) return
    const [key, number] = held
    this.say(`${id} releases ${key}, at ${node.name}`)
    locks.delete(key)
    node.machine.host.arrive(() => {
      const unlock = { do: 'unlock', id, lock: { key, number } } as const
      void this.#attempt(node.rooms.look(ROOM, (room) => room.commit(unlock)))
    })
  }

  /** Makes a call that names a lock that the tab, or another one, once got. */
  #rely({ id }: Tab): void {
    const node = this.random.pick(this.nodes)
    const holders = this.tabs.filter(({ locks }) => locks.size > 0)
    const holder = holders[this.random.below(holders.length)]
    for (const [key, number] of holder?.locks ?? []) {
      node.machine.host.arrive(() => {
        const ask = this.#checks.asksForLock(id, key)
        const lock = { key, number }
        const relied = node.rooms.lock(ROOM, { do: 'rely', memberId: id, lock })
        void this.#attempt(relied.then(() => this.#checks.reliedOn(ask, number)))
      })
    }
  }

  /** Adds a viewer. */
  #watch(): void {
    const node = this.random.pick(this.nodes)
    this.say(`somebody watches at ${node.name}`)
    node.machine.host.arrive(() => void this.#answerWatcher(node))
  }

  async #answerWatcher(node: SimulatedNode): Promise<void> {
    if (!(await this.#attempt(node.commit({ do: 'watch' })))) return
    if (this.nodes.includes(node)) this.watchers.push(node)
    else node.room?.commitQuietly({ do: 'unwatch' })
  }

  #unwatch(): void {
    const [node] = this.watchers.splice(this.random.below(this.watchers.length), 1)
    if (node !== undefined) this.#endWatching(node)
  }

  #endWatching({ name, machine, rooms }: SimulatedNode): void {
    this.say(`somebody stops watching at ${name}`)
    machine.host.arrive(() => rooms.find(ROOM)?.commitQuietly({ do: 'unwatch' }))
  }

  #fetch(tab: Tab): void {
    for (const stream of tab.answered) {
      stream.node.machine.host.arrive(() => void this.fetchFor(stream))
    }
  }

  /** Calls `GET /document` for a reader after a resync, or without a position. PROTOCOL.md DO4 */
  async fetchFor({ node, reader }: Stream): Promise<void> {
    if (!reader.lacksDocument) return
    // Set before the call, so that a resync during the call counts.
    reader.lacksDocument = false
    reader.take(await node.read())
  }

  #update(): void {
    if (this.#updates === MOST_UPDATES) return
    const update = ++this.#updates
    const node = this.random.pick(this.nodes)
    this.say(`update ${update} is posted at ${node.name}`)
    node.machine.host.arrive(() => {
      this.stored.add(update)
      node.machine.host.after(this.random.below(20), () => void this.#tell(node, update))
    })
  }

  async #tell(node: SimulatedNode, update: number): Promise<void> {
    if (await this.#attempt(node.tell(update, this.random.chance(0.9)))) {
      this.#checks.updated(update)
    }
  }

  /** Allows the tab's earlier posts to disappear. */
  #forgetPosts(tab: Tab): void {
    tab.acknowledged.length = 0
    tab.untold.length = 0
  }

  /** Resolves with whether it succeeded; it may be refused with a problem. */
  async #attempt(work: Promise<unknown>): Promise<boolean> {
    try {
      await work
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.say(`refused: ${error.message}`)
      return false
    }
  }

  async #pass(ms: number): Promise<void> {
    await this.clock.pass(ms, () => this.#checks.check())
  }

  /** Waits until all trouble is over and everybody has noticed, and checks that all agree. */
  async #rest(): Promise<void> {
    const { network } = this
    const { weather } = network
    network.weather = FAIR
    await this.#pass(Math.max(0, this.trouble.untilMs - this.clock.now()) + BACK_MS + REST_MS)
    this.say(`it should be at rest in ${ROOM}`)
    await this.#checks.checkAtRest()
    network.weather = weather
  }
}
