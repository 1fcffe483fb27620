import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Json } from '@whereabouts/protocol'

const KEY = Buffer.alloc(32, 7)

/** A message that came, and what its headers said. */
export interface Received {
  readonly id: string
  readonly type: string
  readonly data: { readonly [field: string]: Json }
  /** When it came. */
  readonly atMs: number
}

/** What is answered to a message: a status, or nothing at all. */
type Answer = (received: Received, response: ServerResponse) => number | undefined | Promise<number>

/** A server that webhooks are posted to. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** The settings of a server that posts to it. */
  readonly variables: { readonly [name: string]: string }
  /** What came, in order, whatever was answered. */
  readonly received: readonly Received[]
  /** What was answered with 200. */
  readonly taken: readonly Received[]
  /** Messages that weren't as they have to be. */
  readonly wrong: readonly string[]
  answer: Answer
  stop(): Promise<void>
}

/** @param port a free one by default */
export async function startReceiver(port = 0, answer: Answer = () => 200): Promise<Receiver> {
  const received: Received[] = []
  const taken: Received[] = []
  const wrong: string[] = []
  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      const fault = faultOf(request, body)
      if (fault !== undefined) wrong.push(fault)
      const { type, data } = JSON.parse(body) as Pick<Received, 'type' | 'data'>
      const message = {
        id: String(request.headers['webhook-id']),
        type,
        data,
        atMs: performance.now(),
      }
      received.push(message)
      const status = await receiver.answer(message, response)
      if (status === 200) taken.push(message)
      if (status !== undefined) response.writeHead(status).end('so')
    })
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const own = (server.address() as AddressInfo).port
  const url = `http://127.0.0.1:${own}/hooks?key=secret`
  const stop = async () => {
    server.closeAllConnections()
    if (server.listening) await once(server.close(), 'close')
  }
  const receiver: Receiver = {
    url,
    port: own,
    variables: {
      WHEREABOUTS_WEBHOOK_URL: url,
      WHEREABOUTS_WEBHOOK_SECRET: `whsec_${KEY.toString('base64')}`,
    },
    received,
    taken,
    wrong,
    answer,
    stop,
    [Symbol.asyncDispose]: stop,
  }
  return receiver
}

function faultOf({ method, headers }: IncomingMessage, body: string): string | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': given } = headers
  if (method !== 'POST' || headers['content-type'] !== 'application/json') return 'kind'
  if (!/^msg_[\w-]{22}$/.test(String(id))) return `id ${String(id)}`
  if (Math.abs(Date.now() / 1_000 - Number(seconds)) > 5) return `timestamp ${String(seconds)}`
  const { timestamp } = JSON.parse(body) as { readonly timestamp: string }
  if (new Date(timestamp).toISOString() !== timestamp) return `time ${timestamp}`
  const signed = `${String(id)}.${String(seconds)}.${body}`
  const expected = createHmac('sha256', KEY).update(signed).digest('base64')
  return given === `v1,${expected}` ? undefined : 'signature'
}
