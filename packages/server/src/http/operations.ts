import type { Registry } from 'prom-client'
import type { Budgets } from '../access/budgets.js'
import type { Descriptors } from '../descriptors.js'
import type { RoomServer } from '../room-server.js'
import type { Call } from './call.js'
import { Metrics, type AddedMetric } from './metrics.js'
import { describeCalls, type ServedCalls } from './openapi.js'

/** Answers the calls for operators. @see PROTOCOL.md HT8 */
export class Operations {
  readonly #metrics: Metrics

  constructor(
    private readonly rooms: RoomServer,
    budgets: Pick<Budgets, 'refusals'>,
    private readonly descriptors: Descriptors,
    registry?: Registry,
  ) {
    this.#metrics = new Metrics(rooms, budgets, registry)
  }

  /** Leaves the registry to the application. */
  end(): void {
    this.#metrics.end()
  }

  live(call: Call): void {
    call.json({ status: 'ok' })
  }

  /** @throws {Problem} shutting-down, store-failed, too-many-connections */
  async ready(call: Call): Promise<void> {
    this.descriptors.assertLeft()
    await this.rooms.assertReady()
    call.json({ status: this.rooms.isShared ? 'ok' : 'alone' })
  }

  async metrics(call: Call): Promise<void> {
    const { contentType, text } = await this.#metrics.read()
    call.send(200, contentType, text)
  }

  /** Adds a metric to {@link metrics}. */
  addMetric(metric: AddedMetric): void {
    this.#metrics.add(metric)
  }

  describe(call: Call, served: ServedCalls): void {
    call.json(describeCalls(served, call.base))
  }
}
