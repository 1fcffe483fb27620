import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** The way from one node to a server, on which everything can be held up without a word. */
export class Wire implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()
  #isCut = false
  #connections = 0

  private constructor(
    private readonly server: Server,
    private readonly port: number,
    private readonly holdMs: readonly number[],
  ) {
    server.on('connection', (near) => this.#carry(near))
  }

  /**
   * @param port where it leads
   * @param holdMs for how long each connection is held up at first, in the order that they come
   */
  static async to(port: number, holdMs: readonly number[] = []): Promise<Wire> {
    const server = createServer({ noDelay: true })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new Wire(server, port, holdMs)
  }

  /** Where it begins. */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** From now on nothing comes through, on connections old and new; nobody is told. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.pause()
  }

  /** What was held up comes through now, and what follows. */
  mend(): void {
    this.#isCut = false
    for (const socket of this.#sockets) socket.resume()
  }

  #carry(near: Socket): void {
    const holdMs = this.holdMs[this.#connections++]
    const far = connect({ port: this.port, host: '127.0.0.1', noDelay: true })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.on('data', (chunk) => to.write(chunk))
      from.on('error', () => undefined)
      from.once('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      if (this.#isCut || holdMs !== undefined) from.pause()
    }
    if (holdMs === undefined) return
    setTimeout(() => {
      if (!this.#isCut) for (const socket of [near, far]) socket.resume()
    }, holdMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server.close(), 'close')
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
