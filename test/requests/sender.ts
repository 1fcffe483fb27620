import { connect } from 'node:net'
import { within } from 'whereabouts-conformance/deadline'
import type { Mutated } from './requests.js'

/** No complete request may wait longer for its answer, and no connection for its end. */
const HUNG_MS = 2_000
/** How long a request may wait that the server may hold for incomplete. */
const GRACE_MS = 20
const HEAD = /\r\n\r\n/
const STREAM = 'text/event-stream'
const STATUS = /HTTP\/1\.1 (\d{3}) /g

/**
 * Writes a request to a connection of its own; returns the statuses of what came back.
 *
 * @param hungMs how long the server may take, where the machine does other work as well
 * @throws if the server keeps the caller waiting
 */
export async function send(
  baseUrl: string,
  { bytes, isWhole, isAlone }: Mutated,
  hungMs = HUNG_MS,
): Promise<number[]> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  // The server may close the connection while the request is being written.
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let text = ''
  let beginStream = () => {}
  const streaming = new Promise<void>((resolve) => (beginStream = resolve))
  const answered = new Promise<void>((resolve) => {
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
      if (HEAD.test(text)) resolve()
      if (text.includes(STREAM)) beginStream()
    })
    socket.once('end', () => {
      socket.end()
      resolve()
    })
    void closed.then(() => resolve())
  })
  socket.write(bytes)
  try {
    if (isWhole) await within(answered, 'an answer', hungMs)
    else await within(answered, 'an answer or a wait', GRACE_MS).catch(() => {})
    // Whoever ends their half of a connection wants no more, not even of a stream.
    socket.end()
    // What waits behind a stream keeps the server from seeing the end before its next heartbeat.
    await within(
      isAlone ? closed : Promise.race([closed, streaming]),
      'the end of the connection',
      hungMs,
    )
  } finally {
    socket.destroy()
  }
  return [...text.matchAll(STATUS)].map(([, status]) => Number(status))
}
