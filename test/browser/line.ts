import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A network connection between a window and the server that can be slow, cut, lost and restored. */
export class Line implements AsyncDisposable {
  /** The ends of connections, at the window and at the server. */
  readonly #ends = new Set<Socket>()
  readonly #lost = new Set<Socket>()
  readonly #server
  #state: 'open' | 'cut' | 'lost' = 'open'

  private constructor(
    private readonly port: number,
    private readonly delayMs: number,
  ) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#connect(socket))
  }

  /**
   * @param baseUrl the address of the server
   * @param delayMs how long everything takes, in each direction
   */
  static async to(baseUrl: string, delayMs = 0): Promise<Line> {
    const line = new Line(Number(new URL(baseUrl).port), delayMs)
    await once(line.#server.listen(0, '127.0.0.1'), 'listening')
    return line
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  cut(): void {
    this.#state = 'cut'
    for (const end of this.#ends) end.destroy()
  }

  /** Drops everything from now on, in silence: neither side learns that the other one closes anything. */
  lose(): void {
    this.#state = 'lost'
    for (const end of this.#ends) this.#lost.add(end)
  }

  /** Lets new connections through. Those that were lost stay so. */
  mend(): void {
    this.#state = 'open'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server.close(), 'close')
    this.cut()
    await closed
  }

  #connect(socket: Socket): void {
    if (this.#state === 'cut') return void socket.destroy()
    this.#hold(socket)
    if (this.#state === 'lost') {
      this.#lost.add(socket)
      return void socket.resume()
    }
    const onward = connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true })
    this.#hold(onward)
    this.#pass(socket, onward)
    this.#pass(onward, socket)
  }

  #hold(end: Socket): void {
    this.#ends.add(end)
    end.on('error', () => undefined)
    end.once('close', () => this.#ends.delete(end))
  }

  /** Passes on what one end sends, and then its close, each after the delay and unless it is lost. */
  #pass(from: Socket, to: Socket): void {
    const later = (act: () => void) =>
      setTimeout(() => {
        if (!this.#lost.has(from)) act()
      }, this.delayMs)
    from.on('data', (chunk) => void later(() => to.write(chunk)))
    from.on('end', () => void later(() => to.end()))
    from.once('close', () => void later(() => to.destroy()))
  }
}
