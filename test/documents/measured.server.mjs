// A server in a process of its own that says, when it is asked, for how long at the most its event
// loop was held up since it was asked before, and how much memory it has.
import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { WhereaboutsModule } from '@whereabouts/nestjs'

const TICK_MS = 5
/** What the kernel says of this very thread: ns on a processor, ns waiting for one. */
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
  // What others had the processor for is no fault of this process.
  const heldUpMs = Math.min(lateMs, now.workedMs - latest.workedMs)
  longest = {
    heldUpMs: Math.max(longest.heldUpMs, heldUpMs),
    lateMs: Math.max(longest.lateMs, lateMs),
  }
  latest = now
}, TICK_MS)

/** How long this thread has been at work by now. */
function workedMs() {
  try {
    return Number(readFileSync(SCHEDULING, 'utf8').split(' ')[0]) / 1e6
  } catch {
    // Not Linux: then being late is all that can be said.
    return performance.now()
  }
}

process.on('message', () => {
  process.send?.({ ...longest, rssBytes: process.memoryUsage.rss() })
  longest = { heldUpMs: 0, lateMs: 0 }
})
process.on('disconnect', () => void app.close().then(() => process.exit()))
process.send?.({ baseUrl: await app.getUrl() })
