import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { CallsMount, WhereaboutsOptions } from '@whereabouts/server'
import { bundlePage } from '../client/bundle.js'
import { startPlain } from '../servers/plain.js'

/** Browsers hold at most six connections over HTTP/1.1 to such a name; `localhost` is one to them, too. */
export const HOST = 'whereabouts.test'

/** A server with a page for its tests, which counts what waits for it. */
export class TabsServer implements AsyncDisposable {
  /** The requests that a browser keeps open to learn what is new. */
  readonly held = new Set<IncomingMessage>()
  /** How many requests of a call were made. */
  readonly made = new Map<string, number>()
  /** Whether streams are held back, as by a proxy. */
  holdsStreams = false
  #stop = async (): Promise<void> => undefined
  #baseUrl = ''

  static async start(options: CallsMount & WhereaboutsOptions = {}): Promise<TabsServer> {
    const html = await bundlePage(new URL('tabs-page.ts', import.meta.url))
    const server = new TabsServer()
    const running = await startPlain({ leaseMs: 15_000, ...options }, (handle) =>
      createServer((request, response) => {
        if (request.url === '/')
          return void response.setHeader('content-type', 'text/html').end(html)
        server.#count(request, response)
        return handle(request, response)
      }),
    )
    server.#baseUrl = running.baseUrl
    server.#stop = () => running.stop()
    return server
  }

  /** The address of the server itself. */
  get url(): string {
    return this.#baseUrl
  }

  /** The address of the page, by a name. */
  get page(): string {
    return `http://${HOST}:${new URL(this.#baseUrl).port}/`
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop()
  }

  #count(request: IncomingMessage, response: ServerResponse): void {
    const call = new URL(request.url ?? '', this.#baseUrl).pathname.split('/').at(-1) ?? ''
    this.made.set(call, (this.made.get(call) ?? 0) + 1)
    const isByName = request.headers.host?.startsWith(HOST) === true
    if (!isByName || !['streams', 'events', 'changes'].includes(call)) return
    this.held.add(request)
    response.once('close', () => this.held.delete(request))
    if (this.holdsStreams) holdStream(response)
  }
}

/** Passes on nothing of an answer that is a stream. */
function holdStream(response: ServerResponse): void {
  const write = response.write.bind(response) as (...chunk: readonly unknown[]) => boolean
  const writeHead = response.writeHead.bind(response) as (
    ...head: readonly unknown[]
  ) => ServerResponse
  let isStream = false
  response.writeHead = (...head: readonly unknown[]) => {
    isStream = JSON.stringify(head).includes('text/event-stream')
    return writeHead(...head)
  }
  response.write = (...chunk: readonly unknown[]) => isStream || write(...chunk)
}
