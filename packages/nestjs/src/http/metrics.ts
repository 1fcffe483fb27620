import { Inject, Injectable } from '@nestjs/common'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { Rooms } from '../rooms.js'

const GAUGES = {
  rooms: 'Rooms that this process knows',
  members: 'Members of all rooms',
  watching: 'Connections that watch without having joined',
  connections: 'Open streams and long-polls',
} as const

/** What this process has to say to Prometheus; its own registry, apart from the application's. */
@Injectable()
export class Metrics {
  readonly #registry = new Registry()

  constructor(@Inject(Rooms) private readonly rooms: Rooms) {
    collectDefaultMetrics({ register: this.#registry })
    for (const [name, help] of Object.entries(GAUGES)) {
      this.#registry.registerMetric(new Gauge({ name: `whereabouts_${name}`, help, registers: [] }))
    }
  }

  async read(): Promise<{ contentType: string; text: string }> {
    for (const [name, value] of Object.entries(this.rooms.count())) {
      const gauge = this.#registry.getSingleMetric(`whereabouts_${name}`) as Gauge
      gauge.set(value)
    }
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }
}
