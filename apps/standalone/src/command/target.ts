import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { createWhereabouts, type Log, type WhereaboutsOptions } from '@whereabouts/server'
import { type Done, type LocalCall, perform, socketIn } from '../local-calls.js'

const ALIVE_MS = 60_000

/** The server or store that a command acts on. */
export interface Target {
  /** Runs an action. */
  perform(call: LocalCall): Promise<Done>
  close(): Promise<void>
}

/** Logs only errors, as a command prints its own results. */
const QUIET: Log = {
  info: () => {},
  warn: (message) => process.stderr.write(`whereabouts: ${message}\n`),
  error: (what) => process.stderr.write(`whereabouts: ${String(what)}\n`),
}

/**
 * Opens the running server that holds the data folder, or otherwise a server in this process without
 * a network address.
 *
 * @throws {Error} with the holder of the data folder if it can't be reached
 * @see PROTOCOL.md AD14
 */
export async function openTarget(options: WhereaboutsOptions): Promise<Target> {
  const { dataDir, redisUrl } = options
  if (redisUrl === undefined && dataDir !== undefined && (await isListening(dataDir))) {
    return { perform: (call) => ask(dataDir, call), close: async () => {} }
  }
  // Document threads don't keep the process alive.
  const alive = setInterval(() => {}, ALIVE_MS)
  const { retentionDays: _, ...others } = options
  try {
    const whereabouts = await createWhereabouts({
      ...others,
      auth: 'open',
      log: QUIET,
    })
    return {
      perform: (call) => perform(whereabouts.administration, call),
      close: () => whereabouts.close().finally(() => clearInterval(alive)),
    }
  } catch (error) {
    clearInterval(alive)
    throw error
  }
}

/** A server that was killed leaves its socket behind. */
async function isListening(dataDir: string): Promise<boolean> {
  const socket = connect(socketIn(dataDir))
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function ask(dataDir: string, asked: LocalCall): Promise<Done> {
  const call = request({ socketPath: socketIn(dataDir), method: 'POST' })
  call.end(JSON.stringify(asked))
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  const answer = (await json(response)) as { done?: Done; detail?: string }
  if (answer.done === undefined) throw new Error(answer.detail)
  return answer.done
}
