import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** Passes an answer on, in its own way. */
export type Pass = (answer: IncomingMessage, to: ServerResponse, asked: IncomingMessage) => void

/** A proxy in front of a server. */
export interface BadProxy extends AsyncDisposable {
  readonly url: string
}

/**
 * Starts a proxy that does something to answers.
 *
 * @param pass passes each answer on
 * @param before changes the headers of a request, before it goes on
 */
export async function startBadProxy(
  target: string,
  pass: Pass,
  before: (headers: IncomingMessage['headers']) => void = () => undefined,
): Promise<BadProxy> {
  const server = createServer((asked, to) => {
    const { method, url, headers } = asked
    before(headers)
    const { hostname: host, port } = new URL(target)
    const onward = request({ host, port, method, path: url, headers }, (answer) =>
      pass(answer, to, asked),
    )
    onward.on('error', () => to.destroy())
    to.once('close', () => onward.destroy())
    asked.pipe(onward)
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server.close(), 'close')
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

const PAGE = '<html><title>Something else</title></html>'

function isStream({ headers }: IncomingMessage): boolean {
  return headers['content-type'] === 'text/event-stream'
}

function head({ statusCode = 502, headers }: IncomingMessage, to: ServerResponse): ServerResponse {
  return to.writeHead(statusCode, headers)
}

/** Does nothing to an answer. */
export const plain: Pass = (answer, to) => void answer.pipe(head(answer, to))

const onlyStreams =
  (pass: Pass): Pass =>
  (answer, to, asked) =>
    (isStream(answer) ? pass : plain)(answer, to, asked)

/** Waits for the end of a stream. */
export const held = onlyStreams((answer, to) => {
  buffer(answer).then(
    (whole) => head(answer, to).end(whole),
    () => to.destroy(),
  )
})

/** Waits for the end of a stream, unless it is the answer to a `POST`. */
export const heldIfGot: Pass = (answer, to, asked) =>
  (asked.method === 'GET' ? held : plain)(answer, to, asked)

/** Passes what has come on each time. */
export const lumpsOf = (ms: number): Pass =>
  onlyStreams((answer, to) => {
    let waiting: Buffer[] = []
    const timer = setInterval(() => {
      if (waiting.length > 0) to.write(Buffer.concat(waiting))
      waiting = []
    }, ms)
    to.once('close', () => clearInterval(timer))
    head(answer, to)
    answer.on('data', (chunk: Buffer) => waiting.push(chunk))
  })

/** Passes a stream on once so many bytes have come. */
export const lumpsAfter = (bytes: number): Pass =>
  onlyStreams((answer, to) => {
    let waiting = Buffer.alloc(0)
    head(answer, to)
    answer.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk])
      if (waiting.length < bytes) return
      to.write(waiting)
      waiting = Buffer.alloc(0)
    })
  })

/** Passes everything of a stream on late. */
export const lateBy = (ms: number): Pass =>
  onlyStreams((answer, to) => {
    head(answer, to)
    answer.on('data', (chunk: Buffer) => setTimeout(() => to.write(chunk), ms))
  })

/** Ends a stream after some time. */
export const cutAfter = (ms: number): Pass =>
  onlyStreams((answer, to) => {
    answer.pipe(head(answer, to))
    setTimeout(() => to.destroy(), ms)
  })

/** Says that a stream is a page. */
export const retyped = onlyStreams((answer, to) => {
  answer.headers['content-type'] = 'text/html'
  answer.pipe(head(answer, to))
})

/** Answers the posts of streams itself. */
export const refusesStreams = onlyStreams((answer, to) => {
  answer.destroy()
  to.writeHead(403, { 'content-type': 'text/html' }).end(PAGE)
})

/** Shows a page in place of each error. */
export const prettyErrors: Pass = (answer, to, asked) => {
  if (answer.statusCode! < 400) return plain(answer, to, asked)
  answer.resume()
  to.writeHead(answer.statusCode!, { 'content-type': 'text/html' }).end(PAGE)
}

/** Answers posts itself. */
export const answersPosts: Pass = (answer, to, asked) => {
  if (!asked.url!.includes('/location?')) return plain(answer, to, asked)
  answer.resume()
  to.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
}

/** Removes a header of answers. */
export const without =
  (name: string): Pass =>
  (answer, to, asked) => {
    delete answer.headers[name]
    plain(answer, to, asked)
  }

/** Changes letters in a stream. */
export const rewrites = onlyStreams((answer, to) => {
  head(answer, to)
  answer.on('data', (chunk: Buffer) => to.write(chunk.toString().replaceAll('ann@', 'xxx@')))
})

/** Keeps the answers to reads, whatever they say. */
export function cache(): Pass {
  const kept = new Map<string, Buffer>()
  return (answer, to, asked) => {
    if (asked.method !== 'GET' || isStream(answer)) return plain(answer, to, asked)
    const before = kept.get(asked.url!)
    buffer(answer).then(
      (whole) => {
        if (before === undefined) kept.set(asked.url!, whole)
        answer.headers['content-length'] = String((before ?? whole).length)
        head(answer, to).end(before ?? whole)
      },
      () => to.destroy(),
    )
  }
}
