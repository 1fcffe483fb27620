import type { Follower, Following } from '../../packages/server/src/exchange/exchange.js'
import { MemoryExchange, MemoryLogs } from './memory-exchange.js'

/** An exchange that can be stopped, and then is slow to tell what is said. */
export class SlowExchange<T> extends MemoryExchange<T> {
  #letGo: (() => void) | undefined
  #isLetGo = Promise.resolve()

  constructor() {
    super(new MemoryLogs<T>(100))
  }

  stop(): void {
    this.#isLetGo = new Promise((resolve) => (this.#letGo = resolve))
  }

  letGo(): void {
    this.#letGo?.()
  }

  override follow(room: string, follower: Follower<T>): Following<T> {
    const following = super.follow(room, follower)
    return {
      append: async (operations) => {
        await this.#isLetGo
        return following.append(operations)
      },
      checkpoint: (number, state) => following.checkpoint(number, state),
      discard: (...call) => following.discard(...call),
      end: (version) => following.end(version),
    }
  }
}
