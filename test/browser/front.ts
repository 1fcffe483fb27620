import { once } from 'node:events'
import {
  createServer,
  request as ask,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What a front answers in the place of a server. */
export interface Answer {
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string
}

/** A proxy before one or more servers that answers for them, or changes what they say, when a test wants it. */
export class Front implements AsyncDisposable {
  /** Answers a request; one without an answer goes on to the server. */
  answer: (request: IncomingMessage) => Answer | undefined = () => undefined
  /** Changes an answer of the server, or a part of a stream. */
  change: (text: string) => string = (text) => text
  /** Says which requests get no answer at all. */
  hold: (request: IncomingMessage) => boolean = () => false
  /** A path at which the server has what it calls otherwise. */
  rename: { readonly from: string; readonly to: string } | undefined
  /** The paths that were asked for. */
  readonly asked: string[] = []
  readonly #server: Server

  private constructor(private readonly servers: { readonly [path: string]: string }) {
    this.#server = createServer((request, response) => this.#handle(request, response))
  }

  /** @param servers their addresses, by the paths below which they are */
  static async before(servers: { readonly [path: string]: string }): Promise<Front> {
    const front = new Front(servers)
    await once(front.#server.listen(0, '127.0.0.1'), 'listening')
    return front
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server.close(), 'close')
    this.#server.closeAllConnections()
    await closed
  }

  /** Ends every open connection. */
  cut(): void {
    this.#server.closeAllConnections()
  }

  #nameOf(path: string): string {
    return path === this.rename?.from ? this.rename.to : path
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const { url = '/' } = request
    this.asked.push(url)
    if (this.hold(request)) return
    const answer = this.answer(request)
    if (answer !== undefined) {
      response.writeHead(answer.status, answer.headers).end(answer.body)
      return
    }
    const path = Object.keys(this.servers).find((known) => url.startsWith(`${known}/`))
    if (path === undefined) response.writeHead(404).end()
    else this.#pass(request, response, this.servers[path]!, this.#nameOf(url.slice(path.length)))
  }

  #pass(request: IncomingMessage, response: ServerResponse, server: string, path: string): void {
    // A changed answer is another one, whatever its tag says.
    const { 'if-none-match': _tag, ...rest } = request.headers
    const headers = { ...rest, 'accept-encoding': 'identity' }
    const { method = 'GET' } = request
    const onward = ask(server + path, { method, headers }, (answer) => {
      const { 'content-length': _length, ...said } = answer.headers
      response.writeHead(answer.statusCode!, said)
      const isStream = said['content-type']?.startsWith('text/event-stream') === true
      void this.#send(answer, response, isStream).catch(() => response.destroy())
    })
    // The server is gone.
    onward.on('error', () => {
      if (response.headersSent) response.destroy()
      else response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
    })
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  }

  async #send(answer: IncomingMessage, response: ServerResponse, isStream: boolean): Promise<void> {
    if (isStream) for await (const chunk of answer) response.write(this.#changed(chunk as Buffer))
    else response.write(this.#changed(await buffer(answer)))
    response.end()
  }

  /** Bytes that aren't text stay as they are. */
  #changed(bytes: Buffer): Buffer {
    return Buffer.from(this.change(bytes.toString('latin1')), 'latin1')
  }
}
