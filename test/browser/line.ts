import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A network connection between a window and the server that can be slow, cut and restored. */
export class Line implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()
  readonly #server
  #isCut = false

  private constructor(port: number, delayMs: number) {
    this.#server = createServer((socket) => {
      if (this.#isCut) return void socket.destroy()
      const onward = connect(port, '127.0.0.1')
      pass(socket, onward, delayMs)
      pass(onward, socket, delayMs)
      for (const end of [socket, onward]) end.on('error', () => undefined)
      this.#sockets.add(socket)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        setTimeout(() => onward.destroy(), delayMs)
      })
    })
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

/** Passes on what one socket sends, and then its end, each after a delay. */
function pass(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (chunk) => void setTimeout(() => to.write(chunk), delayMs))
  from.on('end', () => void setTimeout(() => to.end(), delayMs))
}
