// The server of crash.test.ts, a process to be killed: the document thread behind a minimal HTTP
// server, which starts in a fifth of the time of a whole server.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'

const THREAD = new URL('../../packages/server/dist/document/worker.js', import.meta.url)

const place = JSON.parse(process.argv[2] ?? '{}')
const module = place.dataDir === undefined ? 'postgres.js' : 'sqlite.js'
const store = { module: new URL(module, THREAD).href, options: place }
const limits = {
  maxDocumentBytes: 10_000_000,
  maxLoadedDocumentBytes: 10_000_000,
  keepDeleted: [],
}
const thread = new Worker(THREAD, { workerData: { store, isShared: false, ...limits } })
const [{ opened, fault }] = await once(thread, 'message')
if (!opened) throw new Error(fault)

/** @type {Map<number, import('node:http').ServerResponse>} */
const waiting = new Map()
thread.on('message', ({ number, result, detail }) => {
  waiting.get(number)?.writeHead(detail === undefined ? 200 : 500)
  waiting.get(number)?.end(result instanceof Uint8Array ? result : detail)
  waiting.delete(number)
})
thread.on('exit', () => process.exit(1))

let number = 0
const server = createServer(async (request, response) => {
  const bytes = request.method === 'POST' ? await buffer(request) : undefined
  const call = bytes === undefined ? 'read' : 'update'
  waiting.set(++number, response)
  thread.postMessage({ number, call, roomName: 'crash', bytes }, [])
})
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
