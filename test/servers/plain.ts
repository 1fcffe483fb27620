import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type CallsMount,
  createWhereabouts,
  type Whereabouts,
  type WhereaboutsOptions,
} from '@whereabouts/server'
import type { Running, Settings } from 'whereabouts-conformance/suite'
import { RecordingLog } from './log.js'

/** Used if a test sets neither a secret nor a data folder. */
const SECRET = 'the secret of a server under test'

/** How long to wait for connections that Node doesn't count as idle. */
const LEFT_MS = 1_000

/** Node's HTTP server with the calls and nothing else. */
export interface RunningPlain extends Running {
  readonly whereabouts: Whereabouts
  readonly log: RecordingLog
}

/**
 * Starts Node's HTTP server with the calls, in this process.
 *
 * @param create creates a server other than Node's default
 */
export async function startPlain(
  settings: Settings & CallsMount & WhereaboutsOptions = {},
  create: (handle: RequestListener) => Server = createServer,
): Promise<RunningPlain> {
  const secret = settings.dataDir === undefined ? { secret: SECRET } : {}
  const log = new RecordingLog()
  const isOpen = settings.authenticate === undefined
  const whereabouts = await createWhereabouts({
    ...(isOpen && { auth: 'open' }),
    operations: true,
    log,
    ...secret,
    ...settings,
  })
  const server = create((request, response) => {
    void whereabouts.handle(request, response, () => response.writeHead(404).end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= end(whereabouts, server))
  return {
    whereabouts,
    log,
    baseUrl: `http://127.0.0.1:${port}`,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function end(whereabouts: Whereabouts, server: Server): Promise<void> {
  const closed = once(server, 'close')
  await whereabouts.close()
  server.close()
  const left = setTimeout(() => server.closeAllConnections(), LEFT_MS)
  await closed
  clearTimeout(left)
}
