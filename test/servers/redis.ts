import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createClient } from '@redis/client'
import { find, missing, REDIS } from '../../scripts/needs.mjs'
import { within } from 'whereabouts-conformance/deadline'
import { freePort } from './free-port.js'

const START_MS = 60_000

/** A Redis server for tests; disposing of it removes everything. */
export interface RunningRedis extends AsyncDisposable {
  readonly port: number
  /** `redis://127.0.0.1:<port>` */
  readonly url: string
  /** Ends it like a power cut; it still has its saved data when it starts again. */
  kill(): Promise<void>
  /** Starts it again, on the same port, after `kill()`. */
  restart(options?: { empty: boolean }): Promise<void>
  /** Suspends its process: connections stay open and nothing is answered. */
  pause(): void
  resume(): void
  /** Runs a command and returns the answer. */
  command(...words: string[]): Promise<unknown>
}

/**
 * Starts the system's Redis in a temporary folder, on a free port. It saves every write
 * immediately, so nothing is lost unless it is started `empty`.
 *
 * @param settings more settings, such as `--cluster-enabled yes`
 */
export async function startRedis(...settings: string[]): Promise<RunningRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'whereabouts-redis-'))
  const port = await freePort()
  const start = () => startServer(['--dir', folder, '--port', String(port), ...settings])
  let server = await start()
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await within(ended, 'the end of Redis')
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart({ empty } = { empty: false }) {
      if (empty) rmSync(join(folder, 'appendonlydir'), { recursive: true, force: true })
      server = await start()
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    command: (...words) => command(port, words),
    async [Symbol.asyncDispose]() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The servers of a cluster. */
export interface RunningCluster extends AsyncDisposable {
  /** Those that have slots at first. */
  readonly servers: readonly RunningRedis[]
  /** The addresses of these, separated by commas. */
  readonly url: string
  /** Finds the one of these that has the keys of a room. */
  masterOf(room: string): Promise<RunningRedis>
  /** Resolves with the replica of one of these, once it has taken over. */
  successorOf(master: RunningRedis): Promise<RunningRedis>
}

interface ClusterServer {
  readonly server: RunningRedis
  readonly bus: number
}

async function startClusterServer(): Promise<ClusterServer> {
  const bus = await freePort()
  const own = ['--cluster-enabled', 'yes', '--cluster-port', `${bus}`]
  const patience = ['--cluster-node-timeout', '2000', '--cluster-require-full-coverage', 'no']
  return { server: await startRedis(...own, ...patience), bus }
}

/** Starts a cluster of three servers, each with a third of the slots, with a replica each if that is asked for. */
export async function startCluster({
  replicas: hasReplicas = false,
} = {}): Promise<RunningCluster> {
  const started: ClusterServer[] = []
  for (let count = 0; count < 3; count++) started.push(await startClusterServer())
  const servers = started.map(({ server }) => server)
  const buses = started.map(({ bus }) => bus)
  const third = Math.ceil(16_384 / servers.length)
  for (const [index, server] of servers.entries()) {
    const [from, to] = [index * third, Math.min((index + 1) * third, 16_384) - 1]
    await server.command('CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`)
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
  }
  for (const [index, { port }] of servers.entries()) {
    await servers[0]!.command('CLUSTER', 'MEET', '127.0.0.1', `${port}`, `${buses[index]}`)
  }
  for (const server of servers) await within(knowsAll(server), 'the cluster', START_MS)
  const replicas: RunningRedis[] = []
  for (const master of hasReplicas ? started : []) replicas.push(await startClusterReplica(master))
  return {
    servers,
    url: servers.map(({ url }) => url).join(','),
    async masterOf(room) {
      for (const server of servers) if (await hasSlotOf(room, server)) return server
      throw new Error(`no server has ${room}`)
    },
    async successorOf(master) {
      const replica = replicas[servers.indexOf(master)]!
      await within(isMaster(replica), 'the replica to take over', START_MS)
      return replica
    },
    async [Symbol.asyncDispose]() {
      for (const server of [...servers, ...replicas]) await server[Symbol.asyncDispose]()
    },
  }
}

/** Starts a replica of one of a cluster; resolves when it is up to date. */
async function startClusterReplica({ server: master, bus }: ClusterServer): Promise<RunningRedis> {
  const { server: replica } = await startClusterServer()
  await replica.command('CLUSTER', 'MEET', '127.0.0.1', `${master.port}`, `${bus}`)
  const id = String(await master.command('CLUSTER', 'MYID'))
  const follow = () =>
    replica.command('CLUSTER', 'REPLICATE', id).then(
      () => true,
      () => false,
    )
  const follows = async () => {
    // It is refused until the servers know each other.
    while (!(await follow())) await setTimeout(100)
    await isLinked(replica)
  }
  await within(follows(), 'the replica', START_MS)
  return replica
}

/** Asks for a key, since a server answers only for its own slots. */
function hasSlotOf(room: string, server: RunningRedis): Promise<boolean> {
  return server.command('EXISTS', `{${room}}`).then(
    () => true,
    () => false,
  )
}

async function isMaster(server: RunningRedis): Promise<void> {
  while (!String(await server.command('ROLE')).startsWith('master')) await setTimeout(100)
}

/** Moves the slot of a room, with its keys, to another server of the cluster. */
export async function moveSlot(room: string, from: RunningRedis, to: RunningRedis): Promise<void> {
  const slot = String(await from.command('CLUSTER', 'KEYSLOT', room))
  const [source, target] = [await idOf(from), await idOf(to)]
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source)
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target)
  const keys = (await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '1000')) as string[]
  await from.command('MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '5000', 'KEYS', ...keys)
  for (const server of [to, from]) await server.command('CLUSTER', 'SETSLOT', slot, 'NODE', target)
}

async function idOf(server: RunningRedis): Promise<string> {
  return String(await server.command('CLUSTER', 'MYID'))
}

/** Polls, as Redis sends no event for this. */
async function knowsAll(server: RunningRedis): Promise<void> {
  for (;;) {
    const info = String(await server.command('CLUSTER', 'INFO'))
    const isWhole = info.includes('cluster_slots_assigned:16384')
    if (isWhole && info.includes('cluster_state:ok') && info.includes('known_nodes:3')) return
    await setTimeout(100)
  }
}

/** A master, its replica, and a sentinel that watches them. */
export interface WatchedRedis extends AsyncDisposable {
  readonly master: RunningRedis
  readonly replica: RunningRedis
  /** Of the sentinel, with its port. */
  readonly address: string
  /** `redis-sentinel://127.0.0.1:<port>#watched` */
  readonly url: string
  /** Promotes the replica; resolves when the old master refuses writes. */
  failover(): Promise<void>
}

/** Starts a replica of a server; resolves when it is up to date. */
export async function startReplica({ port }: RunningRedis): Promise<RunningRedis> {
  const replica = await startRedis('--replicaof', '127.0.0.1', `${port}`)
  await within(isLinked(replica), 'the replica', START_MS)
  return replica
}

async function isLinked(replica: RunningRedis): Promise<void> {
  const info = async () => String(await replica.command('INFO', 'replication'))
  while (!(await info()).includes('master_link_status:up')) await setTimeout(100)
}

/** Starts the servers; the replica takes over about a second after the master is gone. */
export async function startWatched(): Promise<WatchedRedis> {
  const master = await startRedis()
  const replica = await startRedis('--replicaof', '127.0.0.1', `${master.port}`)
  const sentinel = await startSentinel(master.port, 1)
  const { port, address } = sentinel
  await within(replicates(master, port), 'the replica', START_MS)
  return {
    master,
    replica,
    address,
    url: `redis-sentinel://${address}#watched`,
    async failover() {
      await command(port, ['SENTINEL', 'FAILOVER', 'watched'])
      await within(isReplica(master), 'the old master to become a replica', START_MS)
    },
    async [Symbol.asyncDispose]() {
      await sentinel[Symbol.asyncDispose]()
      await replica[Symbol.asyncDispose]()
      await master[Symbol.asyncDispose]()
    },
  }
}

interface RunningSentinel extends AsyncDisposable {
  readonly port: number
  readonly address: string
}

/** Starts a sentinel that reaches no server and no other sentinel, and knows of no election. */
export const startCutOffSentinel = async (): Promise<RunningSentinel> =>
  startSentinel(await freePort(), 2)

async function startSentinel(watchedPort: number, quorum: number): Promise<RunningSentinel> {
  const folder = mkdtempSync(join(tmpdir(), 'whereabouts-sentinel-'))
  const port = await freePort()
  const file = join(folder, 'sentinel.conf')
  const config = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor watched 127.0.0.1 ${watchedPort} ${quorum}`,
    'sentinel down-after-milliseconds watched 1000',
    'sentinel failover-timeout watched 5000',
  ]
  writeFileSync(file, config.join('\n'))
  const sentinel = await started([file, '--sentinel'], 'Sentinel ID')
  return {
    port,
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const ended = once(sentinel, 'exit')
      sentinel.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whether the replica is up to date and known to the sentinel. */
async function replicates(master: RunningRedis, sentinel: number): Promise<void> {
  for (;;) {
    const replication = String(await master.command('INFO', 'replication'))
    const watched = String(await command(sentinel, ['INFO', 'sentinel']))
    if (replication.includes('state=online') && watched.includes('slaves=1')) return
    await setTimeout(100)
  }
}

async function isReplica(server: RunningRedis): Promise<void> {
  // Redis cuts a server's connections when it becomes a replica.
  const role = () => server.command('ROLE').catch(() => undefined)
  while (!String(await role()).startsWith('slave')) await setTimeout(100)
}

function startServer(settings: readonly string[]): Promise<ChildProcess> {
  const own = [
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ]
  return started([...own, ...settings], 'ready to accept connections')
}

/** Starts the program; resolves when it reports that it is ready. */
async function started(args: readonly string[], sign: string): Promise<ChildProcess> {
  const program = find(REDIS)
  if (program === undefined) throw new Error(missing(REDIS))
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const ready = new Promise<void>((resolve, reject) => {
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
      if (output.toLowerCase().includes(sign.toLowerCase())) resolve()
    }
    server.stdout.on('data', collect)
    server.stderr.on('data', collect)
    server.once('exit', () => reject(new Error(`Redis ended: ${output.slice(-2_000)}`)))
  })
  await within(ready, 'Redis', START_MS)
  return server
}

async function command(port: number, words: string[]): Promise<unknown> {
  const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: false } })
  client.on('error', () => {})
  await client.connect()
  try {
    return await client.sendCommand<string | number | null | object>(words)
  } finally {
    client.destroy()
  }
}
