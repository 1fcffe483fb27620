import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'

/** At most so many connect at once. */
const AT_ONCE = 50
const BUFFER_BYTES = 65_536
const MARK = '<'.charCodeAt(0)
const END = '>'.charCodeAt(0)

/**
 * How a reader without a client library reads a document's updates.
 *
 * @typedef {object} RawReader
 * @property {(room: string) => string | Buffer} begin the first bytes that it sends
 * @property {(room: string) => Buffer | undefined} [greet] what it sends as soon as it is answered
 * @property {(bytes: Buffer) => readonly Buffer[]} updates what may be updates in what it receives
 */

/**
 * Opens many readers, each of which looks for marks such as `<12>` in the bytes of updates. It does nothing
 * else with them, so that the figures are those of the server and not of a thousand documents in one process.
 *
 * @param {RawReader} reader
 * @param {number} port
 * @param {string} room
 * @param {number} count
 * @param {(mark: number, atMs: number) => void} seen
 */
export async function readUpdates(reader, port, room, count, seen) {
  let closed = 0
  // One buffer for all: each is done with it before the next one reads.
  const buffer = Buffer.alloc(BUFFER_BYTES)
  const open = async () => {
    const answer = new EventEmitter()
    const answered = once(answer, 'first')
    const socket = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer,
        callback: (length) => {
          const atMs = performance.now()
          answer.emit('first')
          for (const update of reader.updates(buffer.subarray(0, length)))
            for (const mark of marksIn(update)) seen(mark, atMs)
          return true
        },
      },
    })
    await once(socket, 'connect')
    socket.on('close', () => closed++)
    socket.write(reader.begin(room))
    await answered
    const more = reader.greet?.(room)
    if (more !== undefined) socket.write(more)
  }
  for (let opened = 0; opened < count; opened += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - opened) }, open))
  }
  return { closed: () => closed }
}

/** @param {Buffer} bytes */
function marksIn(bytes) {
  const marks = []
  for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + 1)) {
    const end = bytes.indexOf(END, at)
    const digits = end === -1 ? '' : bytes.toString('latin1', at + 1, end)
    if (/^\d+$/.test(digits)) marks.push(Number(digits))
  }
  return marks
}

/**
 * Returns the request that opens a WebSocket.
 *
 * @param {string} path
 */
export function upgrade(path) {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n')
}

/**
 * Returns a message of fewer than 126 bytes as a client sends it, with a mask of zeros.
 *
 * @param {Uint8Array} payload
 */
export function message(payload) {
  return Buffer.concat([Buffer.from([0x82, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}
