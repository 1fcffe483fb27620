import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { within } from './deadline.js'

/** Opens a bare connection, for requests that no HTTP library would send. */
export async function openSocket(baseUrl: string): Promise<RawSocket> {
  const socket = connectTo(baseUrl)
  await within(once(socket, 'ready'), 'a connection')
  return new RawSocket(socket)
}

/** Begins to connect to the server at an address, with TLS for `https`. */
export function connectTo(baseUrl: string): Socket {
  const { protocol, hostname, port } = new URL(baseUrl)
  // Only URLs have brackets around an IPv6 address.
  const host = hostname.replace(/^\[|\]$/g, '')
  return protocol === 'https:'
    ? connectTls({ host, port: Number(port || 443), servername: host })
    : connect({ host, port: Number(port || 80) })
}

/** A bare connection that keeps everything that arrives. */
export class RawSocket implements AsyncDisposable {
  /** Everything read so far; empty until `read()` is called. */
  text = ''
  /** Resolves when either side has closed the connection. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  #reading = false

  constructor(socket: Socket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    // A reset is one way to close; tests check only what arrived before it.
    socket.on('error', () => undefined)
  }

  write(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(text)
  }

  get isClosed(): boolean {
    return this.#socket.destroyed
  }

  /** Begins to read. Until then, the socket takes only a first buffer off the wire. */
  read(): void {
    if (this.#reading) return
    this.#reading = true
    this.#socket.setEncoding('utf8')
    this.#socket.on('data', (chunk: string) => {
      this.text += chunk
    })
  }

  /** Reads until `find` finds something in everything that arrived. */
  until<T>(what: string, find: (text: string) => T | undefined): Promise<T> {
    this.read()
    const found = new Promise<T>((resolve, reject) => {
      const look = () => {
        const result = find(this.text)
        if (result === undefined) return
        this.#socket.off('data', look)
        resolve(result)
      }
      this.#socket.on('data', look)
      void this.closed.then(() => {
        look()
        reject(new Error(`closed before ${what}; what came: ${this.text.slice(0, 2_000)}`))
      })
      look()
    })
    return within(found, what)
  }

  /** Ends the writing side, and goes on reading. */
  finish(): void {
    this.#socket.end()
  }

  /** Resets the connection, like a killed browser. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
    await this.closed
  }
}
