import { once } from 'node:events'
import { createServer as createHttpServer, request, type IncomingMessage } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A proxy between a client and the server at `port`. */
export class Proxy implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** Buffers an answer until it is complete, if `holdsBack` returns `true` for its request. */
  static buffering(port: number, holdsBack: (request: IncomingMessage) => boolean): Promise<Proxy> {
    const server = createHttpServer((incoming, outgoing) => {
      const { method, url, headers } = incoming
      const onward = request({ host: '127.0.0.1', port, method, path: url, headers })
      onward.on('error', () => outgoing.destroy())
      outgoing.once('close', () => onward.destroy())
      incoming.pipe(onward)
      onward.on('response', (answer) => {
        const { statusCode = 502 } = answer
        if (holdsBack(incoming)) {
          const passOn = (whole: Buffer) =>
            outgoing.writeHead(statusCode, answer.headers).end(whole)
          buffer(answer).then(passOn, () => outgoing.destroy())
        } else answer.pipe(outgoing.writeHead(statusCode, answer.headers))
      })
    })
    return Proxy.#listen(server)
  }

  /** Relays every connection until `forget` cuts it off. */
  static forgetful(port: number): Promise<Proxy> {
    const server = createServer((socket) => {
      const onward = connect(port, '127.0.0.1')
      socket.pipe(onward).pipe(socket)
      for (const end of [socket, onward]) end.on('error', () => undefined)
      socket.once('close', () => onward.destroy())
    })
    return Proxy.#listen(server)
  }

  static async #listen(server: Server): Promise<Proxy> {
    const proxy = new Proxy(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Silently drops everything on the present connections from now on. */
  forget(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners('data')
      socket.pause()
      socket.write = () => true
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server.close(), 'close')
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
