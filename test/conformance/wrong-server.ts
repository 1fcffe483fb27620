import { once } from 'node:events'
import {
  createServer,
  request as ask,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** One fault, made in a proxy before a correct server. */
export interface Fault {
  /** Replaces the target of a request. */
  readonly target?: (target: string) => string
  /** Whether it refuses a call that it should serve. */
  readonly refuses?: (target: string) => boolean
  readonly headers?: (headers: IncomingHttpHeaders, status: number) => IncomingHttpHeaders
  /** Replaces the text of an answer; each event arrives as a whole. */
  readonly text?: (text: string) => string
}

export interface WrongServer extends AsyncDisposable {
  readonly baseUrl: string
}

/** Starts a server that is correct except for these faults. */
export async function startWrong(right: string, faults: readonly Fault[]): Promise<WrongServer> {
  const server = createServer((request, response) => pass(right, faults, request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

function pass(
  right: string,
  faults: readonly Fault[],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method, headers, url = '' } = request
  if (faults.some(({ refuses }) => refuses?.(url))) return void response.writeHead(400).end()
  const path = faults.reduce((target, fault) => fault.target?.(target) ?? target, url)
  const { hostname, port } = new URL(right)
  const outgoing = ask({ hostname, port, path, method, headers }, (answer) => {
    const { statusCode = 0 } = answer
    const said = faults.reduce<IncomingHttpHeaders>(
      (all, fault) => fault.headers?.(all, statusCode) ?? all,
      answer.headers,
    )
    const { 'content-length': _length, ...others } = said
    response.writeHead(statusCode, others)
    const rewrite = (chunk: Buffer) =>
      faults.reduce((text, fault) => fault.text?.(text) ?? text, chunk.toString())
    const isText = answer.headers['content-type'] !== 'application/octet-stream'
    answer.on('data', (chunk: Buffer) => response.write(isText ? rewrite(chunk) : chunk))
    answer.on('end', () => response.end())
    answer.on('error', () => response.destroy())
  })
  outgoing.on('error', () => response.destroy())
  response.on('close', () => outgoing.destroy())
  request.pipe(outgoing)
}
