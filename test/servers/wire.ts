import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A proxy between one node and a server that can silently hold back all data. */
export class Wire implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()
  #isCut = false
  #connections = 0

  private constructor(
    private readonly server: Server,
    private port: number,
    private readonly holdMs: readonly number[],
  ) {
    server.on('connection', (near) => this.#carry(near))
  }

  /**
   * @param port the port of the server
   * @param holdMs how long each connection is held back at first, in order of connecting
   */
  static async to(port: number, holdMs: readonly number[] = []): Promise<Wire> {
    const server = createServer({ noDelay: true })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new Wire(server, port, holdMs)
  }

  /** The address to connect to. */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** From now on silently holds back all data, on old and new connections. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.pause()
  }

  /** Releases the data held back, and passes on all that follows. */
  mend(): void {
    this.#isCut = false
    for (const socket of this.#sockets) socket.resume()
  }

  /** Ends all connections; new ones go to another server, as where an address comes to name a replica. */
  redirect(port: number): void {
    this.port = port
    for (const socket of this.#sockets) socket.destroy()
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
