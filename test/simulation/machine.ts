import type { Codec } from '../../packages/server/src/exchange/exchange.js'
import { RedisExchange } from '../../packages/server/src/exchange/redis.js'
import { RedisKeys } from '../../packages/server/src/exchange/redis-keys.js'
import { HostClock } from './host-clock.js'
import type { ModelConnection, ModelNetwork } from './model-network.js'
import { nodeId } from '../exchange/node-id.js'

export const KEYS = new RedisKeys('whereabouts')
const CLOCKS_APART_MS = 1_000_000

/** A process with its own exchange, from its start to its end. */
export class Machine<T> {
  readonly host: HostClock
  readonly connection: ModelConnection
  readonly exchange: RedisExchange<T>

  /** @param name the name of the node */
  constructor(name: string, network: ModelNetwork, codec: Codec<T>) {
    const { random } = network
    this.host = new HostClock(network.clock, random.below(CLOCKS_APART_MS))
    this.connection = network.connect(this.host)
    let names = 0
    this.exchange = new RedisExchange(
      this.connection,
      { keys: KEYS, codec },
      {
        now: () => this.host.now(),
        after: (ms, callback) => this.host.after(ms, callback),
        random: () => random.next(),
        newName: () => nodeId(names++ === 0 ? name : `${name}-${names}`),
      },
    )
  }

  /** Ends the process without a goodbye. */
  crash(): void {
    this.host.stop()
    this.connection.close()
  }
}
