import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

const PROBE_EVERY_MS = 250
const PROBE_WITHIN_MS = 1_000

interface Backend {
  readonly port: number
  isReady: boolean
}

/**
 * A load balancer: passes each connection to one of several nodes in turn, and checks their
 * readiness. A node that isn't ready gets no new connections but keeps its existing ones, as with
 * real load balancers.
 */
export class Switch implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()
  readonly #closed = new AbortController()
  #next = 0

  private constructor(
    private readonly server: Server,
    private readonly backends: readonly Backend[],
  ) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      socket.on('error', () => undefined)
      void this.#passOn(socket)
    })
    for (const backend of backends) void this.#watch(backend)
  }

  static async over(ports: readonly number[]): Promise<Switch> {
    const backends = ports.map((port) => ({ port, isReady: true }))
    const server = createServer({ pauseOnConnect: true, noDelay: true })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new Switch(server, backends)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async #passOn(socket: Socket): Promise<void> {
    const onward = await this.#reachSomebody()
    if (onward === undefined || socket.destroyed) {
      socket.destroy()
      onward?.destroy()
      return
    }
    socket.pipe(onward).pipe(socket)
    socket.once('close', () => onward.destroy())
    // Data that was received before still has to be passed on.
    onward.once('close', (isBroken) => (isBroken ? socket.destroy() : socket.end()))
    socket.resume()
  }

  /** Connects to the next node that accepts, ready ones first. */
  async #reachSomebody(): Promise<Socket | undefined> {
    const first = this.#next++
    const inTurn = this.backends.map((_, at) => this.backends[(first + at) % this.backends.length]!)
    const ready = inTurn.filter(({ isReady }) => isReady)
    for (const backend of ready.length > 0 ? ready : inTurn) {
      const onward = connect({ port: backend.port, host: '127.0.0.1', noDelay: true })
      try {
        await once(onward, 'connect')
        onward.on('error', () => undefined)
        return onward
      } catch {
        backend.isReady = false
      }
    }
    return undefined
  }

  async #watch(backend: Backend): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      backend.isReady = await isReady(backend.port)
      await setTimeout(PROBE_EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort()
    const closed = once(this.server.close(), 'close')
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_WITHIN_MS)
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    // The node is down or doesn't answer.
    return false
  }
}
