// A server in its own process. On request, it reports how long its event loop was blocked at most
// since the previous request, and how much memory it uses.
import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { WhereaboutsModule } from '@whereabouts/nestjs'

const TICK_MS = 5
/** The kernel's statistics of this thread: ns on a processor, ns waiting for one. */
const SCHEDULING = `/proc/self/task/${process.pid}/schedstat`

/** @type {{ dataDir?: string, databaseUrl?: string }} */
const place = JSON.parse(process.argv[2] ?? '{}')
const root = WhereaboutsModule.forRoot({
  ...place,
  secret: 'the secret of these tests',
  operations: true,
})
const app = await NestFactory.create(root, new FastifyAdapter(), { logger: ['fatal'] })
await app.listen(0, '127.0.0.1')

let latest = { atMs: performance.now(), workedMs: workedMs() }
let longest = { heldUpMs: 0, lateMs: 0 }
setInterval(() => {
  const now = { atMs: performance.now(), workedMs: workedMs() }
  const lateMs = Math.max(0, now.atMs - latest.atMs - TICK_MS)
  // Time in which other processes had the processor doesn't count.
  const heldUpMs = Math.min(lateMs, now.workedMs - latest.workedMs)
  longest = {
    heldUpMs: Math.max(longest.heldUpMs, heldUpMs),
    lateMs: Math.max(longest.lateMs, lateMs),
  }
  latest = now
}, TICK_MS)

/** Returns the processor time of this thread so far. */
function workedMs() {
  try {
    return Number(readFileSync(SCHEDULING, 'utf8').split(' ')[0]) / 1e6
  } catch {
    // Other systems than Linux don't report it, so all delay counts.
    return performance.now()
  }
}

process.on('message', () => {
  process.send?.({ ...longest, rssBytes: process.memoryUsage.rss() })
  longest = { heldUpMs: 0, lateMs: 0 }
})
process.on('disconnect', () => void app.close().then(() => process.exit()))
process.send?.({ baseUrl: await app.getUrl() })
