import { setTimeout } from 'node:timers/promises'
import { within } from 'whereabouts-conformance/deadline'
import type { RunningPostgres } from '../servers/postgres.js'
import { type RunningRedis, startRedis } from '../servers/redis.js'
import { freePort } from '../servers/free-port.js'
import { type RunningServer, startServer } from '../servers/standalone.js'
import { readWrites } from './scribe.js'
import { Switch } from './switch.js'
import { Wire } from '../servers/wire.js'

/** How long a member without a connection stays. */
export const LEASE_MS = 8_000
/** The time over which a node drains. */
const GOODBYE_MS = 2_000
const ASK_EVERY_MS = 50

/** A server in its own process. */
export class Node implements AsyncDisposable {
  private constructor(
    private readonly wire: Wire,
    private readonly settings: Parameters<typeof startServer>[0],
    private server: RunningServer,
  ) {}

  static async start(redis: RunningRedis, databaseUrl: string): Promise<Node> {
    const wire = await Wire.to(redis.port)
    const settings = {
      redisUrl: `redis://${wire.address}`,
      databaseUrl,
      secret: 'the secret of every node',
      leaseMs: LEASE_MS,
      goodbyeMs: GOODBYE_MS,
      // A client reconnects to another node after two and a half heartbeats of silence.
      heartbeatMs: 2_000,
      // All 300 clients share one process, which needs time for its checks.
      frameIntervalMs: 200,
      frameCostMs: 0,
    }
    return new Node(wire, settings, await startServer(settings, await freePort()))
  }

  get url(): string {
    return this.server.baseUrl
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  kill(): Promise<void> {
    return this.server.kill()
  }

  /** Stops it like an operator, and starts it again on the same port. */
  async restart(): Promise<void> {
    const { port } = this
    await this.server.stop()
    this.server = await startServer(this.settings, port)
  }

  /** Suspends its process: connections stay open and nothing is answered. */
  pause(): void {
    process.kill(this.server.pid, 'SIGSTOP')
  }

  resume(): void {
    process.kill(this.server.pid, 'SIGCONT')
  }

  /** Silently cuts it off from Redis. */
  cutOff(): void {
    this.wire.cut()
  }

  reconnect(): void {
    this.wire.mend()
  }

  /** Resolves when it reports that it can't reach the others, or that it can. */
  async saysItIsAlone(isAlone: boolean, withinMs: number): Promise<void> {
    const asked = async () => {
      while ((await this.#isAlone()) !== isAlone) await setTimeout(ASK_EVERY_MS)
    }
    await within(asked(), `a node that is ${isAlone ? 'alone' : 'with the others'}`, withinMs)
  }

  async #isAlone(): Promise<boolean> {
    const answer = await fetch(`${this.url}/health/ready`)
    const { status } = (await answer.json()) as { status?: unknown }
    return status === 'alone'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.kill()
    await this.wire[Symbol.asyncDispose]()
  }
}

/** Three nodes on one Redis and one database, behind a load balancer. */
export class World implements AsyncDisposable {
  private constructor(
    readonly redis: RunningRedis,
    readonly nodes: readonly [Node, Node, Node],
    private readonly front: Switch,
  ) {}

  static async open(postgres: RunningPostgres): Promise<World> {
    const databaseUrl = await postgres.newDatabase()
    // A usual setup: written data survives the process, and no call waits for the disk.
    const redis = await startRedis('--appendfsync', 'everysec')
    const started: Node[] = []
    const start = async () => {
      const node = await Node.start(redis, databaseUrl)
      started.push(node)
      return node
    }
    try {
      const nodes = [await start(), await start(), await start()] as const
      return new World(redis, nodes, await Switch.over(nodes.map(({ port }) => port)))
    } catch (error) {
      await dispose([...started, redis])
      throw error
    }
  }

  /** The address for clients; any node may answer. */
  get url(): string {
    return this.front.url
  }

  /** Returns the entries that are missing in the document at any node. */
  async lacks(entries: ReadonlySet<string>): Promise<readonly string[]> {
    const copies = await Promise.all(this.nodes.map(({ url }) => readWrites(url)))
    return [...entries].filter((entry) => copies.some((copy) => !copy.has(entry)))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return dispose([this.front, ...this.nodes, this.redis])
  }
}

async function dispose(all: readonly AsyncDisposable[]): Promise<void> {
  for (const each of all) await each[Symbol.asyncDispose]()
}
