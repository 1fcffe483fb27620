import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { within } from 'whereabouts-conformance/deadline'
import type { Running, Settings } from 'whereabouts-conformance/suite'

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url))
const ADDRESS = /whereabouts is at (https?:\/\/[^\s"/]+:[0-9]+)/
// Node and the framework load slowly when every core is busy.
const START_MS = 60_000
const STOP_MS = 5_000

/** A standalone server under test, in its own process. */
export interface RunningServer extends Running {
  readonly pid: number
  /** Its exit code, once it has ended; `null` if a signal ended it. */
  readonly exited: Promise<number | null>
  /** Its output to stdout and stderr so far. */
  output(): string
  /** Ends it with `kill -9`. A data folder that the test set stays. */
  kill(): Promise<void>
}

/** Settings of the standalone server only; each is the text of its variable. */
export interface StandaloneSettings extends Settings {
  readonly allowedHosts?: string
  readonly retentionDays?: number
  readonly confirmMs?: number
  readonly historyEveryMs?: number
}

/**
 * Starts `apps/standalone` like an operator: settings in the environment, SIGTERM at the end. No
 * browser keeps its web application unless a test says so, as each profile would get all of it.
 *
 * @param port the port of a server to start again; a free one by default
 * @param nodeOptions options for Node
 * @param variables further ones of the environment
 */
export async function startServer(
  settings: StandaloneSettings = {},
  port = 0,
  nodeOptions: readonly string[] = [],
  variables: { readonly [name: string]: string } = {},
): Promise<RunningServer> {
  const ownDir = settings.dataDir ?? (await mkdtemp(join(tmpdir(), 'whereabouts-')))
  const child = spawn(process.execPath, [...nodeOptions, MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      HOST: '127.0.0.1',
      WHEREABOUTS_OFFLINE: 'off',
      ...environment({ ...settings, dataDir: ownDir }),
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const clean = async () => {
    if (settings.dataDir === undefined) await rm(ownDir, { recursive: true, force: true })
  }
  try {
    return await running(child, clean)
  } catch (error) {
    child.kill('SIGKILL')
    await clean()
    throw error
  }
}

/** `leaseMs` becomes `WHEREABOUTS_LEASE_MS`; folder, database and Redis have special names. */
function environment({ dataDir, databaseUrl, redisUrl, ...settings }: StandaloneSettings): {
  [name: string]: string
} {
  const limits = Object.entries(settings).map(([option, value]) => [
    `WHEREABOUTS_${option.replace(/[A-Z]/g, '_$&').toUpperCase()}`,
    String(value),
  ])
  return {
    ...(dataDir !== undefined && { WHEREABOUTS_DATA: dataDir }),
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    ...Object.fromEntries(limits),
  }
}

async function running(child: ChildProcess, clean: () => Promise<void>): Promise<RunningServer> {
  let output = ''
  let stopped: Promise<void> | undefined
  // Its last output may arrive a moment after its end.
  const exited = once(child, 'close')
  const address = new Promise<string>((resolve, reject) => {
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
      const found = ADDRESS.exec(output)
      if (found !== null) resolve(found[1]!)
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    void exited.then(([code]) =>
      reject(new Error(`the server ended with ${code}: ${output.slice(-2_000)}`)),
    )
  })
  const stop = () => (stopped ??= stopProcess(child, exited, clean, () => output))
  return {
    baseUrl: await within(address, 'the address of the server', START_MS),
    pid: child.pid!,
    exited: exited.then(([code]) => code as number | null),
    output: () => output,
    stop,
    kill: () => (stopped ??= killProcess(child, exited, clean)),
    [Symbol.asyncDispose]: stop,
  }
}

async function killProcess(
  child: ChildProcess,
  exited: Promise<unknown[]>,
  clean: () => Promise<void>,
): Promise<void> {
  child.kill('SIGKILL')
  await exited
  await clean()
}

async function stopProcess(
  child: ChildProcess,
  exited: Promise<unknown[]>,
  clean: () => Promise<void>,
  output: () => string,
): Promise<void> {
  child.kill('SIGTERM')
  try {
    const [code, signal] = (await within(exited, 'the end of the server', STOP_MS)) as [
      code: number | null,
      signal: NodeJS.Signals | null,
    ]
    // A clean end has code 0, or the signal itself, raised again after everything was closed.
    if (code === 0 || signal === 'SIGTERM') return
    throw new Error(`the server ended with ${code ?? signal}: ${output().slice(-2_000)}`)
  } finally {
    child.kill('SIGKILL')
    await clean()
  }
}
