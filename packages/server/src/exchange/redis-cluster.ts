import { createCluster } from '@redis/client'
import { ExchangeLost, messageOf } from './exchange.js'
import {
  backoffMs,
  clientOptions,
  type Listener,
  type RedisConnection,
  type Reply,
  runScript,
  type ServerLogin,
} from './redis-connection.js'
import type { Script } from './redis-scripts.js'
import type { ServerAddress } from './redis-server.js'
import { slotOf } from './redis-slot.js'

/** How long after losing a server the client asks which server has its slots now. */
const REDISCOVER_MS = 1_000

/** A connection to a cluster. Each server has its own connections for commands and for messages. */
export class ClusterConnection implements RedisConnection {
  readonly #cluster
  #retries = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false
  /** Why there was no connection the last time. */
  #fault = 'no connection to the cluster'

  /** @param servers some servers of the cluster, which name the others */
  constructor(servers: readonly ServerAddress[], login: ServerLogin) {
    const options = clientOptions(login)
    this.#cluster = createCluster({
      rootNodes: servers.map((socket) => ({ socket })),
      defaults: options,
      commandOptions: options.commandOptions,
      // Otherwise the connection can't be opened while a server is down.
      minimizeConnections: true,
      topologyRefreshOnReconnectionAttemptStrategy: REDISCOVER_MS,
    })
  }

  get hears(): boolean {
    return this.#cluster.isReady
  }

  get fault(): string {
    return this.#fault
  }

  hearsFrom(channel: string): boolean {
    return this.#cluster.slots[slotOf(channel)]?.master.pubSub?.client.isReady === true
  }

  open(returned: () => void): void {
    // Failed commands reject, and the clients reconnect by themselves.
    for (const event of ['error', 'node-error', 'sharded-channel-moved-error']) {
      this.#cluster.on(event, (error: unknown) => this.#note(error))
    }
    this.#cluster.on('node-ready', () => {
      if (this.hears) returned()
    })
    void this.#connect(returned)
  }

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    if (!this.hears) throw new ExchangeLost(this.#fault)
    const send = (words: string[]) => this.#cluster.sendCommand<Reply>(keys[0], false, words)
    return runScript(send, script, keys, args)
  }

  async subscribe(channel: string, listener: Listener): Promise<void> {
    if (!this.hears) throw new ExchangeLost(this.#fault)
    await this.#cluster.sSubscribe(channel, listener)
  }

  async unsubscribe(channel: string, listener: Listener): Promise<void> {
    await this.#cluster.sUnsubscribe(channel, listener)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    if (this.#cluster.isOpen) this.#cluster.destroy()
  }

  #note(error: unknown): void {
    if (error instanceof Error) this.#fault = messageOf(error)
  }

  /** Retries, since the client looks for servers only once. */
  async #connect(returned: () => void): Promise<void> {
    try {
      await this.#cluster.connect()
      if (this.#closed) this.#cluster.destroy()
      else returned()
    } catch {
      // The client's events have already reported the reason.
      if (this.#closed) return
      this.#retries += 1
      this.#timer = setTimeout(
        () => void this.#connect(returned),
        backoffMs(this.#retries, Math.random()),
      ).unref()
    }
  }
}
