import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { Budgets } from '../access/budgets.js'
import type { RoomServer, RoomsCount } from '../room-server.js'

const GAUGES = {
  rooms: 'Rooms in this process',
  members: 'Members of all these rooms',
  watching: 'Connections that watch without having joined',
  connections: 'Open streams and long-polls',
  exchange_ready: '1 while the other nodes can be reached or there are none, else 0',
  documents_loaded: 'Documents in memory',
  documents_loaded_bytes: 'Memory that the loaded documents need, as estimated',
} as const
const COUNTERS = {
  broadcasts: 'Broadcasts that this process has taken',
  document_updates: 'Updates written to the store',
  document_update_bytes: 'Bytes of the updates written to the store',
  document_commits: 'Transactions that wrote updates to the store',
  document_flushes: 'Flushes of the documents to disk',
  document_compactions: 'Compactions of documents',
  document_compaction_seconds: 'Time that compactions took, including other work done meanwhile',
  store_failures: 'Calls that failed because the store failed',
  room_failures: 'Rooms that failed and began again',
  reader_failures: 'Streams that failed by themselves and were ended',
  unreadable_notices: 'Messages of other nodes that could not be read',
  audit_files_dropped:
    'Files of the audit log that were dropped when it was full, with the oldest entries',
} as const
type Name = keyof RoomsCount

const REFUSED = 'whereabouts_refused_requests_total'
const READERS = 'whereabouts_readers'
const OPENED = 'whereabouts_readers_opened_total'
const gaugeOf = (name: string) => `whereabouts_${name}`
const counterOf = (name: string) => `whereabouts_${name}_total`
/** How often the delay of the event loop is measured. */
const LOOK_MS = 10
/** How long the first call waits for a measurement, which may take a while on a busy machine. */
const FIRST_MS = 1_000

/** A metric that whoever runs the server adds to this server's. */
export interface AddedMetric {
  /** Without `whereabouts_`; for a counter, without `_total`. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly read: () => number
}

/** The metrics for Prometheus. Their values are as of when they are read. */
export class Metrics {
  readonly #registry: Registry
  readonly #setters = new Map<Name, (value: number) => void>()
  readonly #refused
  readonly #readers
  readonly #opened
  /** Read the metrics that were added. */
  readonly #added: (() => void)[] = []
  /** Everything that is put into the registry. */
  readonly #names = new Set<string>([REFUSED, READERS, OPENED])
  readonly #common: { registers: Registry[]; collect: () => Promise<void> }
  #isProcessMeasured: boolean
  #refreshing: Promise<void> | undefined

  /** @param registry of the application, which then measures the process itself */
  constructor(
    private readonly rooms: RoomServer,
    private readonly budgets: Pick<Budgets, 'refusals'>,
    registry?: Registry,
  ) {
    this.#registry = registry ?? new Registry()
    this.#isProcessMeasured = registry !== undefined
    this.#common = { registers: [this.#registry], collect: () => this.#refreshed() }
    this.#refused = new Counter({
      name: REFUSED,
      help: 'Requests refused because their caller used up its budget, by what was counted',
      labelNames: ['budget'],
      ...this.#common,
    })
    this.#readers = new Gauge({
      name: READERS,
      help: 'Readers by the way in which they are served; a client that uses long-polls is on a network that holds streams back',
      labelNames: ['transport'],
      ...this.#common,
    })
    this.#opened = new Counter({
      name: OPENED,
      help: 'Streams that were opened, and long-polls that waited, likewise',
      labelNames: ['transport'],
      ...this.#common,
    })
    for (const [name, help] of Object.entries(GAUGES)) {
      this.#setters.set(name as Name, this.#gauge(gaugeOf(name), help))
    }
    for (const [name, help] of Object.entries(COUNTERS)) {
      this.#setters.set(name as Name, this.#counter(counterOf(name), help))
    }
  }

  /** Reads another metric with each call. */
  add({ name, help, type, read }: AddedMetric): void {
    const set =
      type === 'gauge' ? this.#gauge(gaugeOf(name), help) : this.#counter(counterOf(name), help)
    this.#added.push(() => set(read()))
  }

  /** Takes the metrics out of the registry, in which another server may have them then. */
  end(): void {
    for (const name of this.#names) this.#registry.removeSingleMetric(name)
  }

  async read(): Promise<{ contentType: string; text: string }> {
    await this.#measureProcess()
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  /** Resolves when all values are current. One reading asks once for each metric. */
  #refreshed(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #refresh(): Promise<void> {
    for (const [name, value] of Object.entries(await this.rooms.count())) {
      this.#setters.get(name as Name)?.(value as number)
    }
    for (const set of this.#added) set()
    this.#opened.reset()
    for (const [transport, { open, total }] of this.rooms.readers.readerships) {
      this.#readers.set({ transport }, open)
      this.#opened.inc({ transport }, total)
    }
    this.#refused.reset()
    for (const [budget, count] of Object.entries(this.budgets.refusals)) {
      this.#refused.inc({ budget }, count)
    }
  }

  #gauge(name: string, help: string): (value: number) => void {
    const gauge = new Gauge({ name, help, ...this.#common })
    this.#names.add(name)
    return (value) => gauge.set(value)
  }

  #counter(name: string, help: string): (value: number) => void {
    const counter = new Counter({ name, help, ...this.#common })
    this.#names.add(name)
    return (value) => {
      counter.reset()
      counter.inc(value)
    }
  }

  /** Starts with the first call, because measuring wakes the process a hundred times a second. */
  async #measureProcess(): Promise<void> {
    if (this.#isProcessMeasured) return
    this.#isProcessMeasured = true
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOK_MS })
    // Started after the reported histogram, so once this one has a value, that one does too.
    const looks = monitorEventLoopDelay({ resolution: LOOK_MS })
    looks.enable()
    const endMs = performance.now() + FIRST_MS
    while (looks.count === 0 && performance.now() < endMs) await setTimeout(LOOK_MS)
    looks.disable()
  }
}
