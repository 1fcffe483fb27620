import { createClient } from '@redis/client'
import { ExchangeLost, messageOf } from './exchange.js'
import {
  clientOptions,
  type Listener,
  type RedisConnection,
  type Reply,
  type ServerLogin,
} from './redis-connection.js'
import type { Script } from './redis-scripts.js'
import { type ServerAddress, ServerConnection } from './redis-server.js'

/** How often the sentinels are asked: while the server is reachable, and while it isn't. */
const CALM_MS = 5_000
const HASTE_MS = 500
const ANSWER_MS = 1_000

/** A server that a sentinel names. */
interface Named {
  /** Its host and port, with a space between them. */
  readonly address: string
  /** The number of the election in which it became the master. */
  readonly epoch: number
}

type SentinelClient = ReturnType<typeof sentinelClient>

/**
 * A connection to the server that sentinels name, which changes when that server fails.
 *
 * It doesn't use `createSentinel()`, which sends one command at a time over each connection: rooms
 * would wait for each other.
 */
export class SentinelConnection implements RedisConnection {
  readonly #sentinels
  readonly #listeners = new Map<string, Set<Listener>>()
  #server: ServerConnection | undefined
  #address = ''
  #fault = 'no sentinel was asked yet'
  #returned: () => void = () => {}
  #timer: NodeJS.Timeout | undefined
  #asking = false
  #closed = false

  /**
   * @param sentinels the addresses of the sentinels
   * @param name the sentinels' name for the servers that they watch
   * @param login for the watched servers, not for the sentinels
   */
  constructor(
    sentinels: readonly ServerAddress[],
    private readonly name: string,
    private readonly login: ServerLogin,
    private readonly database: number,
  ) {
    this.#sentinels = sentinels.map((sentinel) => sentinelClient(sentinel, login.tls))
  }

  get hears(): boolean {
    return this.#server?.hears ?? false
  }

  get fault(): string {
    return this.#server?.fault ?? this.#fault
  }

  hearsFrom(): boolean {
    return this.hears
  }

  open(returned: () => void): void {
    this.#returned = returned
    void this.#ask()
  }

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    if (this.#server === undefined) throw new ExchangeLost(this.#fault)
    try {
      return await this.#server.run(script, keys, args)
    } catch (error) {
      // The server has become a replica or is gone.
      void this.#ask()
      throw error
    }
  }

  async subscribe(channel: string, listener: Listener): Promise<void> {
    if (this.#server === undefined) throw new ExchangeLost(this.#fault)
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
    await this.#server.subscribe(channel, listener)
  }

  async unsubscribe(channel: string, listener: Listener): Promise<void> {
    const listeners = this.#listeners.get(channel)
    if (listeners?.delete(listener) === true && listeners.size === 0) {
      this.#listeners.delete(channel)
    }
    await this.#server?.unsubscribe(channel, listener)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#server?.close()
  }

  /** Asks the sentinels for the current server, and schedules the next question. */
  async #ask(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    clearTimeout(this.#timer)
    const address = await this.#master()
    this.#asking = false
    if (this.#closed) return
    if (address !== undefined && address !== this.#address) this.#moveTo(address)
    const inMs = this.hears && address !== undefined ? CALM_MS : HASTE_MS
    this.#timer = setTimeout(() => void this.#ask(), inMs).unref()
  }

  /**
   * Returns the server that was elected last, of those that the sentinels name: one that is cut off from the others
   * goes on naming the former one.
   *
   * @see PROTOCOL.md EX26
   */
  async #master(): Promise<string | undefined> {
    const named = await answersOfMost(this.#sentinels.map((sentinel) => this.#namedBy(sentinel)))
    return named.toSorted((one, other) => other.epoch - one.epoch)[0]?.address
  }

  async #namedBy(sentinel: SentinelClient): Promise<Named | undefined> {
    const client = sentinel.duplicate()
    client.on('error', () => {})
    try {
      await client.connect()
      const named = await namedBy(client, this.name)
      if (named === undefined) this.#fault = `the sentinel knows no ${this.name}`
      return named
    } catch (error) {
      this.#fault = messageOf(error)
      return undefined
    } finally {
      client.destroy()
    }
  }

  #moveTo(address: string): void {
    this.#server?.close()
    this.#address = address
    const [host = '', port = ''] = address.split(' ')
    const server = ServerConnection.to({ host, port: Number(port) }, this.login, this.database)
    this.#server = server
    server.open(() => void this.#arrived(server))
  }

  /** Subscribes to the same channels on the new server, and fetches what was missed meanwhile. */
  async #arrived(server: ServerConnection): Promise<void> {
    if (server !== this.#server) return
    this.#returned()
    const all = [...this.#listeners].flatMap(([channel, listeners]) =>
      [...listeners].map((listener) => server.subscribe(channel, listener)),
    )
    await Promise.allSettled(all)
    if (server === this.#server) this.#returned()
  }
}

/** Returns the answers, once more than half of those asked have answered, or all that can. A failure is `undefined`. */
async function answersOfMost<T>(asked: readonly Promise<T | undefined>[]): Promise<T[]> {
  const answers: T[] = []
  let left = asked.length
  await new Promise<void>((resolve) => {
    for (const each of asked) {
      void each.then((answer) => {
        left -= 1
        if (answer !== undefined) answers.push(answer)
        if (left === 0 || answers.length > asked.length / 2) resolve()
      })
    }
  })
  return answers
}

/** Both at once: only the first names a replica as soon as it is promoted, and only the second the election. */
async function namedBy(sentinel: SentinelClient, name: string): Promise<Named | undefined> {
  const [address, fields] = await Promise.all([
    sentinel.sendCommand<string[] | null>(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]),
    // A sentinel may allow only the first.
    sentinel.sendCommand<string[]>(['SENTINEL', 'MASTER', name]).catch((): string[] => []),
  ])
  if (address === null) return undefined
  const at = fields.indexOf('config-epoch')
  return { address: address.join(' '), epoch: at === -1 ? 0 : Number(fields[at + 1]) }
}

/** Returns a client to duplicate: a duplicate is cheap, while a new client builds all commands again. */
function sentinelClient(sentinel: ServerAddress, tls: boolean) {
  const options = clientOptions({ tls, username: undefined, password: undefined })
  return createClient({
    ...options,
    // Answers with fields are lists.
    RESP: 2,
    commandOptions: { timeout: ANSWER_MS },
    socket: { ...options.socket, ...sentinel, reconnectStrategy: false },
  })
}
