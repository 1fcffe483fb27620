import { within } from './deadline.js'
import { connectTo } from './socket.js'

/** A request whose first line is sent exactly as it is, in Latin-1. */
export interface RawRequest {
  readonly method: string
  readonly target: string
  readonly headers?: readonly string[]
  readonly body?: string
}

export interface RawAnswer {
  readonly status: number
  /** The whole answer in Latin-1; of a stream, everything until it showed the room. */
  readonly text: string
}

const ANSWERED = /^HTTP\/1\.1 (\d{3}) /
const SHOWN = /^(?:event: snapshot|data: \[)/m

/** Makes one call on its own connection. Rejects if there is no answer. */
export async function rawCall(baseUrl: string, request: RawRequest): Promise<RawAnswer> {
  const socket = connectTo(baseUrl)
  let text = ''
  const read = new Promise<void>((resolve, reject) => {
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
      if (SHOWN.test(text)) resolve()
    })
    socket.on('end', () => resolve())
    socket.on('error', reject)
  })
  socket.write(textOf(request), 'latin1')
  try {
    await within(read, `an answer to ${request.method} ${request.target}; what came: ${text}`)
  } finally {
    socket.destroy()
  }
  const status = ANSWERED.exec(text)?.[1]
  if (status === undefined) throw new Error(`no answer to ${request.target}: ${text}`)
  return { status: Number(status), text }
}

function textOf({ method, target, headers = [], body = '' }: RawRequest): string {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers]
  if (method !== 'GET') lines.push(`Content-Length: ${body.length}`)
  return [...lines, '', body].join('\r\n')
}
