import type { Following } from './exchange.js'
import type { Gate } from './gate.js'
import type { Reply } from './redis-connection.js'
import type { RedisKeys } from './redis-keys.js'
import type { Script } from './redis-scripts.js'
import type { Surroundings } from './surroundings.js'
import type { NodeId } from './node.js'

/** The parts of the exchange that a followed room needs. */
export interface RedisLink<T> {
  readonly node: NodeId
  readonly epoch: string
  readonly keys: RedisKeys
  readonly gate: Gate
  readonly surroundings: Surroundings
  /** Whether Redis answers and this node's lease is valid. */
  readonly live: boolean

  /** @throws {ExchangeLost} if Redis doesn't answer in time */
  ask(script: Script, keys: readonly string[], args: readonly unknown[]): Promise<Reply>
  subscribe(channel: string, listener: (message: string) => void): Promise<void>
  unsubscribe(channel: string, listener: (message: string) => void): void
  hearsFrom(channel: string): boolean

  /** Checks the connection at once, because a room couldn't be reached. */
  troubled(): void
  ended(following: Following<T>): void
}
