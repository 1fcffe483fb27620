import { connect } from 'node:net'

const HEAD_END = '\r\n\r\n'

/**
 * The connections of a person to one server, by HTTP/1.1 on bare sockets: Node's `fetch` and its `request`
 * take several times as long as the rest of a client, and thousands of people share a core.
 */
export class Wire {
  /** Connections without a request. @type {import('node:net').Socket[]} */
  #idle = []

  /**
   * Makes a request. Resolves with as much of a `Response` as the client reads.
   *
   * @param {URL} address
   * @param {{ method: string, headers: Iterable<readonly [string, string]>, body?: string | undefined, signal?: AbortSignal | null | undefined }} asked
   * @returns {Promise<Answer>}
   */
  ask({ hostname, port, host, pathname, search }, { method, headers, body, signal }) {
    const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`]
    for (const [name, value] of headers) lines.push(`${name}: ${value}`)
    if (method === 'POST') lines.push(`content-length: ${Buffer.byteLength(body ?? '')}`)
    const socket = this.#idle.pop() ?? connect(Number(port), hostname).setNoDelay(true)
    socket.write(`${lines.join('\r\n')}${HEAD_END}${body ?? ''}`)
    return new Promise((resolve, reject) => {
      const fail = (/** @type {Error} */ error) => {
        socket.destroy()
        reject(error)
      }
      const abort = () => fail(new DOMException('aborted', 'AbortError'))
      signal?.addEventListener('abort', abort)
      const reading = new Reading(resolve, () => {
        signal?.removeEventListener('abort', abort)
        socket.removeAllListeners()
        socket.once('close', () => (this.#idle = this.#idle.filter((each) => each !== socket)))
        socket.on('error', () => undefined)
        this.#idle.push(socket)
      })
      socket.on('data', (chunk) => reading.take(chunk))
      socket.on('error', fail)
      socket.on('close', () => {
        const error = new TypeError('the connection was closed')
        reading.fail(error)
        reject(error)
      })
    })
  }
}

/** As much of a `Response` as the client reads. */
class Answer {
  /** @type {Uint8Array[]} */
  #came = []
  /** @type {((read: { done: boolean, value?: Uint8Array }) => void) | undefined} */
  #wanted
  /** @type {((error: Error) => void) | undefined} */
  #failing
  /** @type {Error | undefined} */
  #error
  #isOver = false

  /** @param {number} status @param {Map<string, string>} headers */
  constructor(status, headers) {
    this.status = status
    this.ok = status >= 200 && status < 300
    this.headers = { get: (/** @type {string} */ name) => headers.get(name) ?? null }
    this.body = { getReader: () => ({ read: () => this.#read() }) }
  }

  async text() {
    const chunks = []
    for (;;) {
      const { done, value } = await this.#read()
      if (done) return Buffer.concat(chunks).toString()
      if (value !== undefined) chunks.push(value)
    }
  }

  /** @returns {Promise<unknown>} */
  async json() {
    return JSON.parse(await this.text())
  }

  /** @param {Uint8Array} chunk */
  add(chunk) {
    if (this.#wanted === undefined) this.#came.push(chunk)
    else this.#settle({ done: false, value: chunk })
  }

  end() {
    this.#isOver = true
    if (this.#wanted !== undefined) this.#settle({ done: true })
  }

  /** @param {Error} error */
  fail(error) {
    if (this.#isOver) return
    this.#error = error
    this.#failing?.(error)
  }

  /** @param {{ done: boolean, value?: Uint8Array }} read */
  #settle(read) {
    const wanted = this.#wanted
    this.#wanted = undefined
    wanted?.(read)
  }

  /** @returns {Promise<{ done: boolean, value?: Uint8Array }>} */
  #read() {
    const value = this.#came.shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#isOver) return Promise.resolve({ done: true })
    return new Promise((resolve, reject) => {
      this.#wanted = resolve
      this.#failing = reject
    })
  }
}

/** Reads one answer, of a known length or in chunks. */
class Reading {
  /** @type {Buffer} */
  #rest = Buffer.alloc(0)
  /** @type {Answer | undefined} */
  #answer
  /** How many bytes of the body, or of a chunk and the line after it, are still to come. */
  #left = 0
  #isChunked = false

  /** @param {(answer: Answer) => void} begin @param {() => void} done */
  constructor(begin, done) {
    this.begin = begin
    this.done = done
  }

  /** @param {Buffer} chunk */
  take(chunk) {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    if (this.#answer === undefined && !this.#readHead()) return
    while (this.#isChunked ? this.#readChunk() : this.#readPlain());
  }

  /** @param {Error} error */
  fail(error) {
    this.#answer?.fail(error)
  }

  #readHead() {
    const end = this.#rest.indexOf(HEAD_END)
    if (end < 0) return false
    const [first = '', ...lines] = this.#rest.toString('latin1', 0, end).split('\r\n')
    this.#rest = this.#rest.subarray(end + HEAD_END.length)
    const headers = new Map(
      lines.map((line) => {
        const at = line.indexOf(':')
        return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
      }),
    )
    this.#isChunked = headers.get('transfer-encoding') === 'chunked'
    this.#left = Number(headers.get('content-length') ?? 0)
    this.#answer = new Answer(Number(first.split(' ')[1]), headers)
    this.begin(this.#answer)
    return true
  }

  #readPlain() {
    const part = this.#rest.subarray(0, this.#left)
    this.#rest = this.#rest.subarray(part.length)
    this.#left -= part.length
    if (part.length > 0) this.#answer?.add(part)
    if (this.#left === 0) this.#end()
    return false
  }

  /** Returns whether there may be another one. */
  #readChunk() {
    const end = this.#rest.indexOf('\r\n')
    if (end < 0) return false
    const size = Number.parseInt(this.#rest.toString('latin1', 0, end), 16)
    const from = end + 2
    if (this.#rest.length < from + size + 2) return false
    const part = this.#rest.subarray(from, from + size)
    this.#rest = this.#rest.subarray(from + size + 2)
    if (size > 0) this.#answer?.add(part)
    else this.#end()
    return size > 0 && this.#rest.length > 0
  }

  #end() {
    this.#answer?.end()
    this.done()
  }
}
