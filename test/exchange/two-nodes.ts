import type { Exchange, Notices } from '../../packages/server/src/exchange/exchange.js'
import { openRedis } from '../../packages/server/src/exchange/redis.js'
import { Recorder } from './recorder.js'
import { TEXT_CODEC } from './text-codec.js'

/** Opens the exchange of a node; disposing of it closes it. */
export function openNode(url: string): Exchange<string> & AsyncDisposable {
  const exchange = openRedis(url, TEXT_CODEC)
  return Object.assign(exchange, { [Symbol.asyncDispose]: () => exchange.close() })
}

/** Two nodes on one Redis; disposing of them closes both. */
export class TwoNodes implements AsyncDisposable {
  readonly first: Exchange<string> & Notices
  readonly second: Exchange<string> & Notices

  constructor(url: string) {
    this.first = openRedis(url, TEXT_CODEC)
    this.second = openRedis(url, TEXT_CODEC)
  }

  /** Follows a room on both, the first one first; resolves when both have started. */
  async follow(room: string): Promise<readonly [Recorder, Recorder]> {
    return [await Recorder.begun(this.first, room), await Recorder.begun(this.second, room)]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.second.close()
    await this.first.close()
  }
}
