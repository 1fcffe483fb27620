// Ways to write one event to the streams of a room.

const HEADERS = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' }
const STREAM = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n' +
    'Connection: close\r\n\r\n:\n\n',
)

/**
 * The destination of a stream, and a way to write to it.
 *
 * @typedef {import('node:stream').Writable} Sink
 * @typedef {object} Way
 * @property {(response: import('node:http').ServerResponse) => Sink} open
 * @property {(sinks: Iterable<Sink>, text: string) => void} write
 */

/** @type {Readonly<Record<string, Way>>} */
export const WAYS = {
  'response-text': { open: openResponse, write: writeText },
  'response-buffer': { open: openResponse, write: writeBuffer },
  'chunk-corked': { open: openChunked, write: writeCorked },
  'chunk-buffer': {
    open: openChunked,
    write: (sinks, text) => writeBuffer(sinks, `${sizeOf(text)}\r\n${text}\r\n`),
  },
  'raw-text': { open: openRaw, write: writeText },
  'raw-buffer': { open: openRaw, write: writeBuffer },
}

/** @type {Way['open']} */
function openResponse(response) {
  response.writeHead(200, HEADERS).write(':\n\n')
  return response
}

/** @type {Way['open']} */
function openChunked(response) {
  openResponse(response)
  return socketOf(response)
}

/** @type {Way['open']} */
function openRaw(response) {
  const socket = socketOf(response)
  socket.setNoDelay(true)
  socket.write(STREAM)
  return socket
}

/** @param {import('node:http').ServerResponse} response */
function socketOf({ socket }) {
  if (socket === null) throw new Error('The client has disconnected.')
  return socket
}

/** @type {Way['write']} */
function writeText(sinks, text) {
  for (const sink of sinks) sink.write(text)
}

/** @type {Way['write']} */
function writeBuffer(sinks, text) {
  const bytes = Buffer.from(text)
  for (const sink of sinks) sink.write(bytes)
}

/** @type {Way['write']} */
function writeCorked(sinks, text) {
  const bytes = Buffer.from(text)
  const head = `${sizeOf(text)}\r\n`
  for (const sink of sinks) {
    sink.cork()
    sink.write(head, 'latin1')
    sink.write(bytes)
    sink.write('\r\n', 'latin1')
    sink.uncork()
  }
}

/** @param {string} text */
function sizeOf(text) {
  return Buffer.byteLength(text).toString(16)
}
