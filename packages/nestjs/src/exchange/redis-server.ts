import { createClient } from '@redis/client'
import { ExchangeLost } from './exchange.js'
import {
  CLIENT_OPTIONS,
  type Listener,
  type RedisConnection,
  type Reply,
  runScript,
} from './redis-connection.js'
import type { Script } from './redis-scripts.js'

/** One server: a connection for commands, and one for messages. */
export class ServerConnection implements RedisConnection {
  readonly #commands
  readonly #messages

  constructor(url: string) {
    this.#commands = createClient({ ...CLIENT_OPTIONS, url })
    this.#messages = this.#commands.duplicate()
  }

  get hears(): boolean {
    return this.#messages.isReady
  }

  hearsFrom(): boolean {
    return this.hears
  }

  open(returned: () => void): void {
    const clients = [this.#commands, this.#messages]
    for (const client of clients) {
      // Commands that fail say so; the client connects again by itself.
      client.on('error', () => {})
      client.on('ready', () => {
        if (clients.every(({ isReady }) => isReady)) returned()
      })
      client.connect().catch(() => {})
    }
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    return runScript((words) => this.#commands.sendCommand<Reply>(words), script, keys, args)
  }

  async subscribe(channel: string, listener: Listener): Promise<void> {
    if (!this.hears) throw new ExchangeLost('no connection for messages')
    await this.#messages.sSubscribe(channel, listener)
  }

  async unsubscribe(channel: string, listener: Listener): Promise<void> {
    await this.#messages.sUnsubscribe(channel, listener)
  }

  close(): void {
    this.#commands.destroy()
    this.#messages.destroy()
  }
}
