import { createClient } from '@redis/client'
import { ExchangeLost, messageOf } from './exchange.js'
import {
  clientOptions,
  type Listener,
  type RedisConnection,
  type Reply,
  runScript,
  type ServerLogin,
} from './redis-connection.js'
import type { Script } from './redis-scripts.js'

/** The address of a server. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

/** A client of one server. */
export type Client = ReturnType<typeof createClient>

/** One server: a connection for commands, and one for messages. */
export class ServerConnection implements RedisConnection {
  readonly #messages: Client
  /** Why there was no connection the last time. */
  #fault = 'no connection for messages'

  /**
   * @param commands a client that isn't connected, and that nobody else uses
   * @param closed called when the connection is closed
   */
  constructor(
    private readonly commands: Client,
    private readonly closed = () => {},
  ) {
    this.#messages = commands.duplicate()
  }

  static to({ host, port }: ServerAddress, login: ServerLogin, database: number): ServerConnection {
    const options = clientOptions(login)
    const socket = { ...options.socket, host, port }
    return new ServerConnection(createClient({ ...options, socket, database }))
  }

  get hears(): boolean {
    return this.#messages.isReady
  }

  get fault(): string {
    return this.#fault
  }

  hearsFrom(): boolean {
    return this.hears
  }

  open(returned: () => void): void {
    for (const client of [this.commands, this.#messages]) {
      client.on('error', (error: unknown) => {
        this.#fault = messageOf(error)
      })
      client.on('ready', () => {
        if (this.commands.isReady && this.hears) returned()
      })
      // The client retries by itself.
      client.connect().catch(() => {})
    }
  }

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    if (!this.commands.isReady) throw new ExchangeLost(this.#fault)
    return runScript((words) => this.commands.sendCommand<Reply>(words), script, keys, args)
  }

  async subscribe(channel: string, listener: Listener): Promise<void> {
    if (!this.hears) throw new ExchangeLost(this.#fault)
    await this.#messages.sSubscribe(channel, listener)
  }

  async unsubscribe(channel: string, listener: Listener): Promise<void> {
    await this.#messages.sUnsubscribe(channel, listener)
  }

  close(): void {
    this.commands.destroy()
    this.#messages.destroy()
    this.closed()
  }
}
