import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A network connection between a window and the server that can be cut and restored. */
export class Line implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()
  readonly #server
  #isCut = false

  private constructor(port: number) {
    this.#server = createServer((socket) => {
      if (this.#isCut) return void socket.destroy()
      const onward = connect(port, '127.0.0.1')
      socket.pipe(onward).pipe(socket)
      for (const end of [socket, onward]) end.on('error', () => undefined)
      this.#sockets.add(socket)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        onward.destroy()
      })
    })
  }

  /** @param baseUrl the address of the server */
  static async to(baseUrl: string): Promise<Line> {
    const line = new Line(Number(new URL(baseUrl).port))
    await once(line.#server.listen(0, '127.0.0.1'), 'listening')
    return line
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend(): void {
    this.#isCut = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server.close(), 'close')
    this.cut()
    await closed
  }
}
