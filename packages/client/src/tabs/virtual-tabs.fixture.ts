import type { RoomEvent } from '../transport.js'
import type { RunListener } from './line.js'
import type { Kind, Message, Wish } from './messages.js'
import { type Channel, Tab } from './tab.js'

const HEARTBEAT_MS = 15_000
/** What the client's choice allows a way, too. */
const FIRST_EVENT_MS = 5_000
const AFTER_FAILURE_MS = 10_000
const SILENCE_MS = 2.5 * HEARTBEAT_MS
const LATENCY_MS = 20
const LEASE_MS = 15_000
/** More happens in no test's step. */
const MOST_EVENTS = 100_000

/** A request that the server answers. */
interface Request {
  readonly wishes: readonly Wish[]
  readonly listener: RunListener
  readonly tab: VirtualTab
}

/** A browser with tabs, each in a room of its own, and a server, in virtual time. */
export class VirtualBrowser {
  nowMs = 0
  readonly tabs: VirtualTab[] = []
  readonly requests = new Set<Request>()
  /** How many requests were made. */
  made = 0
  /** The share of the messages between tabs that are lost. */
  loss = 0
  /** The longest time that a message between tabs takes. */
  delayMs = 5
  /** How long the server takes to answer. */
  answerMs = 0
  /** Whether the server refuses the call, as an older one does. */
  isOld = false
  /** The tabs that ever said that they lead. */
  readonly claims = new Set<string>()
  /** How often the members of a tab that was there had no connection for longer than the server allows. */
  readonly flickers: string[] = []
  #queue: { readonly atMs: number; readonly run: () => void }[] = []
  /** When each tab's member was last connected. */
  readonly #lostAtMs = new Map<string, number>()

  constructor(readonly random: () => number) {}

  /** Those that are open and run. */
  get awake(): VirtualTab[] {
    return this.tabs.filter(({ state }) => state === 'awake')
  }

  get leaders(): VirtualTab[] {
    return this.awake.filter(({ name, tab }) => tab.leader === name)
  }

  open(): VirtualTab {
    const tab = new VirtualTab(this, `tab${String(this.tabs.length).padStart(3, '0')}`)
    this.tabs.push(tab)
    tab.start()
    return tab
  }

  /** Lets time pass. */
  runFor(ms: number): void {
    const endMs = this.nowMs + ms
    for (let count = 0; ; count++) {
      const next = this.#queue[0]
      if (next === undefined || next.atMs > endMs) break
      if (count > MOST_EVENTS) throw new Error('this never ends')
      this.#queue.shift()
      this.nowMs = next.atMs
      next.run()
    }
    this.nowMs = endMs
  }

  after(ms: number, run: () => void): () => void {
    const each = { atMs: this.nowMs + ms, run }
    const index = this.#queue.findLastIndex(({ atMs }) => atMs <= each.atMs)
    this.#queue.splice(index + 1, 0, each)
    return () => void (this.#queue = this.#queue.filter((other) => other !== each))
  }

  /** Something happens in the room of each tab. */
  makeNews(): void {
    for (const tab of this.tabs) {
      tab.version += 1
      for (const request of this.requests) this.#bring(request, tab)
    }
  }

  /** A page is gone, with what it had open. */
  drop(tab: VirtualTab): void {
    for (const request of this.requests) if (request.tab === tab) this.#close(request)
  }

  request(
    tab: VirtualTab,
    kind: Kind,
    wishes: readonly Wish[],
    listener: RunListener,
    signal: AbortSignal,
  ): void {
    this.made += 1
    const request: Request = { wishes, listener, tab }
    signal.addEventListener('abort', () => this.#close(request))
    this.after(LATENCY_MS + this.answerMs, () => {
      if (signal.aborted || tab.state === 'gone' || tab.isCutOff) return
      if (this.isOld) return this.after(LATENCY_MS, () => listener.closed({ kind: 'alone' }))
      this.requests.add(request)
      for (const { id } of wishes) this.#lostAtMs.delete(id.split('.')[0]!)
      this.#greet(request, kind)
    })
  }

  #greet(request: Request, kind: Kind): void {
    for (const wish of request.wishes) {
      const tab = this.#tabOf(wish)
      // A member that joins through it is known by its tab here.
      const data = { heartbeatMs: HEARTBEAT_MS, self: tab.name }
      this.#tell(request, () => [{ kind: 'hello', data }, ...newsFor(tab, wish.position)], wish)
    }
    const beat = () => {
      if (!this.requests.has(request)) return
      for (const wish of request.wishes) this.#tell(request, () => [{ kind: 'ping' }], wish)
      this.after(HEARTBEAT_MS, beat)
    }
    this.after(kind === 'stream' ? HEARTBEAT_MS : HEARTBEAT_MS / 2, beat)
  }

  #bring(request: Request, tab: VirtualTab): void {
    const wish = request.wishes.find(({ id }) => this.#tabOf({ id }) === tab)
    const events = newsFor(tab, `e:${tab.version - 1}`)
    if (wish !== undefined) this.#tell(request, () => events, wish)
  }

  #tell(request: Request, events: () => RoomEvent[], { id }: Pick<Wish, 'id'>): void {
    const said = events()
    this.after(LATENCY_MS, () => {
      if (this.requests.has(request)) request.tab.run(() => request.listener.brought(id, said))
    })
  }

  #tabOf({ id }: Pick<Wish, 'id'>): VirtualTab {
    return this.tabs.find(({ name }) => name === id.split('.')[0])!
  }

  #close(request: Request): void {
    if (!this.requests.delete(request)) return
    const isElsewhere = (id: string) =>
      [...this.requests].some(({ wishes }) => wishes.some((wish) => wish.id.startsWith(`${id}.`)))
    for (const { id } of request.wishes) {
      const tab = this.#tabOf({ id })
      if (isElsewhere(tab.name)) continue
      this.#lostAtMs.set(tab.name, this.nowMs)
      const { nowMs } = this
      this.after(LEASE_MS / 3, () => {
        const isLost = this.#lostAtMs.get(tab.name) === nowMs
        if (isLost && tab.state === 'awake') this.flickers.push(tab.name)
      })
    }
  }
}

/** Returns what a room's server says to a reader at a position. */
function newsFor(tab: VirtualTab, position: string | null): RoomEvent[] {
  const here = position === null ? -1 : Number(position.slice(2))
  const events: RoomEvent[] = []
  for (let version = here + 1; version <= tab.version; version++) {
    events.push({ kind: 'document', position: `e:${version}`, data: String(version) })
  }
  return events.length > 0 ? events : [{ kind: 'ping' }]
}

/** A tab with one room. It reads it as the client does, and tries again when that fails. */
export class VirtualTab {
  state: 'awake' | 'asleep' | 'gone' = 'awake'
  isHidden = false
  /** The version of its room at the server. */
  version = 0
  /** The versions that have come, in order. */
  readonly seen: number[] = []
  isAlone = false
  /** Whether its requests get no answer. */
  isCutOff = false
  readonly tab: Tab
  #receive: ((from: string, message: Message) => void) | null = null
  #cancelWish = (): void => undefined
  #cancelSilence = (): void => undefined
  /** What came while it slept. A browser may run its timers first. */
  readonly #held: { readonly timers: (() => void)[]; readonly other: (() => void)[] } = {
    timers: [],
    other: [],
  }

  constructor(
    private readonly browser: VirtualBrowser,
    readonly name: string,
  ) {
    this.tab = new Tab({
      self: name,
      nowMs: () => browser.nowMs,
      random: browser.random,
      isHidden: () => this.isHidden,
      after: (ms, run) => this.#after(ms, run),
      connect: (receive) => this.#connect(receive),
      open: (...request) => browser.request(this, ...request),
    })
  }

  start(): void {
    this.#want(FIRST_EVENT_MS)
  }

  /** Runs something once it can; never if it is gone. */
  run(what: () => void): void {
    if (this.state === 'awake') what()
    else if (this.state === 'asleep') this.#held.other.push(what)
  }

  close(): void {
    this.tab.leave()
    this.crash()
  }

  crash(): void {
    this.state = 'gone'
    this.#receive = null
    this.browser.drop(this)
  }

  freeze(): void {
    this.tab.sleep()
    this.state = 'asleep'
  }

  /** The whole process stands still, without a word. */
  stall(): void {
    this.state = 'asleep'
  }

  resume(): void {
    this.state = 'awake'
    const { timers, other } = this.#held
    for (const what of [...timers.splice(0), ...other.splice(0)]) what()
    this.tab.wake()
  }

  hear(from: string, message: Message): void {
    this.run(() => this.#receive?.(from, message))
  }

  #after(ms: number, run: () => void): () => void {
    let isCancelled = false
    const runOnce = () => {
      if (!isCancelled) run()
    }
    const cancel = this.browser.after(ms, () => {
      if (this.state === 'awake') runOnce()
      else if (this.state === 'asleep') this.#held.timers.push(runOnce)
    })
    return () => {
      isCancelled = true
      cancel()
    }
  }

  #want(withinMs: number): void {
    let isOpen = false
    const position = () => (this.seen.length === 0 ? null : `e:${this.seen.at(-1)}`)
    this.#cancelWish = this.tab.want({
      kind: 'stream',
      subscription: () => ({ room: this.name, members: [this.name] }),
      position,
      waitMs: 7_500,
      receive: (event) => {
        isOpen ||= event.kind === 'hello'
        this.#watch(isOpen ? SILENCE_MS : withinMs)
        if (event.kind === 'document') this.#saw(Number(event.data))
      },
      ended: (end) => {
        this.isAlone = end.kind === 'alone'
        this.#cancelSilence()
        if (!this.isAlone) this.#wantAgain(isOpen ? FIRST_EVENT_MS : AFTER_FAILURE_MS)
      },
    })
    this.#watch(withinMs)
  }

  #watch(ms: number): void {
    this.#cancelSilence()
    this.#cancelSilence = this.browser.after(ms, () =>
      this.run(() => {
        this.#cancelWish()
        this.#wantAgain(AFTER_FAILURE_MS)
      }),
    )
  }

  #wantAgain(withinMs: number): void {
    this.browser.after(this.browser.random() * 1_000, () => this.run(() => this.#want(withinMs)))
  }

  /** The room skips what it has had. */
  #saw(version: number): void {
    if (version > (this.seen.at(-1) ?? -1)) this.seen.push(version)
  }

  #connect(receive: (from: string, message: Message) => void): Channel {
    this.#receive = receive
    const { browser } = this
    // What one tab says to another comes in order.
    const last = new Map<string, number>()
    return {
      tell: (tab, message) => {
        if (message.kind === 'lead') browser.claims.add(this.name)
        const to = browser.tabs.filter(({ name }) => name !== this.name && (tab ?? name) === name)
        for (const other of to) {
          if (browser.random() < browser.loss) continue
          const delayMs = browser.random() * browser.delayMs
          const atMs = Math.max(browser.nowMs + delayMs, last.get(other.name) ?? 0)
          last.set(other.name, atMs)
          browser.after(atMs - browser.nowMs, () => other.hear(this.name, message))
        }
      },
      close: () => {
        if (this.#receive === receive) this.#receive = null
      },
    }
  }
}
