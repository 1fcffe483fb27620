// The threads of a server, which is shut down while one of them is in a call of its store.
import { setTimeout } from 'node:timers/promises'
import { Problem } from '@whereabouts/protocol'
import { Threads } from '../../packages/server/dist/document/threads.js'

const settings = {
  chosen: /** @type {const} */ ({
    kind: 'module',
    store: { module: new URL('busy.store.mjs', import.meta.url).href },
  }),
  isShared: false,
  maxDocumentBytes: 1_000,
  maxLoadedDocumentBytes: 1_000,
  keepDeleted: [],
}
const threads = new Threads(
  settings,
  () => {},
  () => performance.now(),
)
await threads.start()
const [answer] = await Promise.allSettled([threads.ask({ call: 'check' }), closeSoon()])
process.stdout.write(`check ${answer.status}, closed\n`)

async function closeSoon() {
  await setTimeout(200)
  await threads.close(new Problem('shutting-down'))
}
