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

/** How often the delay of the event loop is measured. */
const LOOK_MS = 10
/** How long the first call waits for a measurement, which may take a while on a busy machine. */
const FIRST_MS = 1_000

/** The metrics for Prometheus, in a registry apart from the application's. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #setters = new Map<Name, (value: number) => void>()
  readonly #refused = new Counter({
    name: 'whereabouts_refused_requests_total',
    help: 'Requests refused because their caller used up its budget, by what was counted',
    labelNames: ['budget'],
    registers: [],
  })
  readonly #readers = new Gauge({
    name: 'whereabouts_readers',
    help: 'Readers by the way in which they are served; a client that uses long-polls is on a network that holds streams back',
    labelNames: ['transport'],
    registers: [],
  })
  readonly #opened = new Counter({
    name: 'whereabouts_readers_opened_total',
    help: 'Streams that were opened, and long-polls that waited, likewise',
    labelNames: ['transport'],
    registers: [],
  })
  #isProcessMeasured = false

  constructor(
    private readonly rooms: RoomServer,
    private readonly budgets: Pick<Budgets, 'refusals'>,
  ) {
    for (const metric of [this.#refused, this.#readers, this.#opened])
      this.#registry.registerMetric<string>(metric)
    for (const [name, help] of Object.entries(GAUGES)) {
      const gauge = new Gauge({ name: `whereabouts_${name}`, help, registers: [] })
      this.#registry.registerMetric(gauge)
      this.#setters.set(name as Name, (value) => gauge.set(value))
    }
    for (const [name, help] of Object.entries(COUNTERS)) {
      const counter = new Counter({ name: `whereabouts_${name}_total`, help, registers: [] })
      this.#registry.registerMetric(counter)
      this.#setters.set(name as Name, (value) => {
        counter.reset()
        counter.inc(value)
      })
    }
  }

  async read(): Promise<{ contentType: string; text: string }> {
    await this.#measureProcess()
    for (const [name, value] of Object.entries(await this.rooms.count())) {
      this.#setters.get(name as Name)?.(value as number)
    }
    this.#opened.reset()
    for (const [transport, { open, total }] of this.rooms.readers.readerships) {
      this.#readers.set({ transport }, open)
      this.#opened.inc({ transport }, total)
    }
    this.#refused.reset()
    for (const [budget, count] of Object.entries(this.budgets.refusals)) {
      this.#refused.inc({ budget }, count)
    }
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
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
