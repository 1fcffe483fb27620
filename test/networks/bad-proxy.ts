import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** How a proxy passes on the body of an answer. */
type Pass = (answer: IncomingMessage, outgoing: ServerResponse) => void

/** What a proxy does that it shouldn't. */
export interface Fault {
  /** Says how it passes on the answer to a request; at once if it says nothing. */
  readonly pass?: (asked: IncomingMessage, answer: IncomingMessage) => Pass | undefined
  /** Returns the status of a page that it answers with in place of the server, if it does. */
  readonly page?: (asked: IncomingMessage) => number | undefined
  /** Returns the headers that it passes on. */
  readonly headers?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders
  /** Whether it keeps the answers to a `GET`, whatever they say. */
  readonly keeps?: boolean
}

interface Kept {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const isStream = ({ url = '' }: IncomingMessage): boolean => url.includes('/events')

/** A proxy in front of a server on this machine, which has a fault. */
export class BadProxy implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()
  readonly #kept = new Map<string, Kept>()

  private constructor(
    private readonly server: Server,
    private readonly port: number,
    private readonly fault: Fault,
  ) {
    server.on('request', (asked: IncomingMessage, outgoing: ServerResponse) => {
      this.#serve(asked, outgoing)
    })
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  static async before(port: number, fault: Fault): Promise<BadProxy> {
    const proxy = new BadProxy(createServer(), port, fault)
    await once(proxy.server.listen(0, '127.0.0.1'), 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server.close(), 'close')
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #serve(asked: IncomingMessage, outgoing: ServerResponse): void {
    const status = this.fault.page?.(asked)
    if (status !== undefined) {
      outgoing.writeHead(status, { 'content-type': 'text/html' })
      return void outgoing.end('<h1>This page is blocked</h1>')
    }
    const kept = asked.method === 'GET' ? this.#kept.get(asked.url!) : undefined
    if (kept !== undefined) {
      return void outgoing.writeHead(kept.status, kept.headers).end(kept.body)
    }
    this.#passOn(asked, outgoing)
  }

  #passOn(asked: IncomingMessage, outgoing: ServerResponse): void {
    const { method, url, headers } = asked
    outgoing.on('error', () => outgoing.destroy())
    const onward = request({ host: '127.0.0.1', port: this.port, method, path: url, headers })
    onward.on('error', () => outgoing.destroy())
    outgoing.once('close', () => onward.destroy())
    asked.pipe(onward)
    onward.once('response', (answer) => {
      answer.on('error', () => outgoing.destroy())
      outgoing.writeHead(answer.statusCode!, this.fault.headers?.(answer.headers) ?? answer.headers)
      if (this.fault.keeps === true && method === 'GET' && !isStream(asked)) {
        this.#keep(url!, answer, outgoing).catch(() => outgoing.destroy())
      } else {
        const pass = this.fault.pass?.(asked, answer) ?? atOnce
        pass(answer, outgoing)
      }
    })
  }

  async #keep(url: string, answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(answer)
    this.#kept.set(url, { status: answer.statusCode!, headers: answer.headers, body })
    outgoing.end(body)
  }
}

const atOnce: Pass = (answer, outgoing) => {
  outgoing.flushHeaders()
  answer.pipe(outgoing)
}

/** Passes on nothing before all is there. */
const whole: Pass = (answer, outgoing) => {
  buffer(answer).then(
    (body) => outgoing.end(body),
    () => outgoing.destroy(),
  )
}

/** Passes on what has gathered, each time. */
function lumps(everyMs: number): Pass {
  return (answer, outgoing) => {
    let gathered: Buffer[] = []
    const flush = () => {
      for (const chunk of gathered) outgoing.write(chunk)
      gathered = []
    }
    const timer = setInterval(flush, everyMs)
    answer.on('data', (chunk: Buffer) => gathered.push(chunk))
    answer.once('end', () => {
      flush()
      outgoing.end()
    })
    outgoing.once('close', () => clearInterval(timer))
  }
}

/** Passes on what comes in some time, and then ends it. */
function cut(afterMs: number): Pass {
  return (answer, outgoing) => {
    atOnce(answer, outgoing)
    const timer = setTimeout(() => outgoing.end(), afterMs)
    outgoing.once('close', () => clearTimeout(timer))
  }
}

/** Passes on each part later, and some much later. */
function late(byMs: number, worstMs: number, share: number, random: () => number): Pass {
  return (answer, outgoing) => {
    let last = Promise.resolve()
    const send = (act: () => void) => {
      const inMs = random() < share ? worstMs : byMs
      const passed = new Promise<void>((resolve) => setTimeout(resolve, inMs))
      last = Promise.all([last, passed]).then(act)
    }
    answer.on('data', (chunk: Buffer) => send(() => outgoing.write(chunk)))
    answer.once('end', () => send(() => outgoing.end()))
  }
}

const LOOK_MS = 100
const LUMP_MS = 2_000
const CUT_MS = 5_000
const LATE_MS = 300
const LOST_MS = 1_200
const LOST_SHARE = 0.05
/** From when, and until when, a proxy that is out of order for a moment refuses everything. */
const OUT_FROM_MS = 6_000
const OUT_UNTIL_MS = 8_000

/** The faults that networks are known to have. @param random a number from 0 to below 1 */
export function faults(random: () => number): { readonly [name: string]: () => Fault } {
  const onStreams = (pass: Pass) => (asked: IncomingMessage) => (isStream(asked) ? pass : undefined)
  return {
    'holds every answer until it ends': () => ({ pass: () => whole }),
    'holds the answers to GET': () => ({
      pass: ({ method }) => (method === 'GET' ? whole : undefined),
    }),
    'passes events on every 2 s': () => ({ pass: onStreams(lumps(LUMP_MS)) }),
    'cuts each stream after 5 s': () => ({ pass: onStreams(cut(CUT_MS)) }),
    'says that streams are text/plain': () => ({
      headers: (headers) =>
        headers['content-type']?.startsWith('text/event-stream') === true
          ? { ...headers, 'content-type': 'text/plain' }
          : headers,
    }),
    'refuses streams with a page': () => ({
      page: (asked) => (isStream(asked) ? 403 : undefined),
    }),
    'refuses everything for 2 s': () => {
      const beganMs = performance.now()
      const isOut = () => {
        const ms = performance.now() - beganMs
        return ms > OUT_FROM_MS && ms < OUT_UNTIL_MS
      }
      return { page: () => (isOut() ? 403 : undefined), pass: onStreams(cutWhen(isOut)) }
    },
    'keeps answers in spite of no-store': () => ({ keeps: true }),
    'is slow and loses packets': () => ({
      pass: () => late(LATE_MS, LOST_MS, LOST_SHARE, random),
    }),
  }
}

/** Ends what is open once something is so. */
function cutWhen(isSo: () => boolean): Pass {
  return (answer, outgoing) => {
    atOnce(answer, outgoing)
    const timer = setInterval(() => isSo() && outgoing.end(), LOOK_MS)
    outgoing.once('close', () => clearInterval(timer))
  }
}
