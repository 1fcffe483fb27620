import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { within } from 'whereabouts-conformance/deadline'
import { CERTIFICATE, PRIVATE_KEY } from '../nest/certificate.js'
import { type RunningServer, startServer } from '../servers/standalone.js'

/** A standalone server with a certificate. */
export interface Served extends AsyncDisposable {
  readonly server: RunningServer
  readonly baseUrl: string
  /** Replaces the files. @param mode the rights of the key's file */
  write(cert: string, key: string, mode?: number): Promise<void>
}

export async function startTls(
  variables: { readonly [name: string]: string } = {},
): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-tls-'))
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  const write = async (cert: string, key: string, mode = 0o600) => {
    await writeFile(files.cert, cert)
    await writeFile(files.key, key)
    await chmod(files.key, mode)
  }
  await write(CERTIFICATE, PRIVATE_KEY)
  const server = await startServer({}, 0, [], {
    WHEREABOUTS_TLS_CERT: files.cert,
    WHEREABOUTS_TLS_KEY: files.key,
    ...variables,
  })
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { server, baseUrl: server.baseUrl, write, [Symbol.asyncDispose]: stop }
}

/** A client's connection. */
export class Session implements Disposable {
  readonly session: ClientHttp2Session

  constructor(baseUrl: string) {
    this.session = connect(baseUrl, { rejectUnauthorized: false })
    this.session.on('error', () => {
      // A test that ends a connection says so by what is asked over it.
    })
  }

  /** Begins a request, whose body is still open if the method isn't `GET`. */
  begin(path: string, headers: OutgoingHttpHeaders = {}): ClientHttp2Stream {
    const stream = this.session.request({ ':path': path, ...headers })
    stream.on('error', () => {
      // Tests look at `rstCode`.
    })
    return stream
  }

  async ask(
    path: string,
    headers: OutgoingHttpHeaders = {},
    body?: string,
  ): Promise<{ readonly headers: IncomingHttpHeaders; readonly text: string }> {
    const own = body === undefined ? {} : { ':method': 'POST', 'content-type': 'application/json' }
    const stream = this.begin(path, { ...own, ...headers })
    if (body !== undefined) stream.end(body)
    const [answered] = (await within(once(stream, 'response'), path)) as [IncomingHttpHeaders]
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    await within(once(stream, 'close'), `the end of ${path}`)
    return { headers: answered, text }
  }

  /** Opens a stream of events. */
  async events(path: string): Promise<Events> {
    const stream = this.begin(path)
    const events = new Events(stream)
    const [headers] = (await within(once(stream, 'response'), path)) as [IncomingHttpHeaders]
    events.headers = headers
    return events
  }

  [Symbol.dispose](): void {
    this.session.destroy()
  }
}

/** A stream of events over HTTP/2. */
export class Events {
  headers: IncomingHttpHeaders = {}
  #text = ''

  constructor(readonly stream: ClientHttp2Stream) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      this.#text += chunk
      stream.emit('news')
    })
  }

  /** Resolves once a text has arrived. */
  async until(text: string): Promise<void> {
    while (!this.#text.includes(text)) await within(once(this.stream, 'news'), text)
  }
}
