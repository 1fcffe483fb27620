import { Agent, request } from 'node:http'
import { joinRoom } from '@whereabouts/client'

export const PEOPLE_IN_A_ROOM = 5

/** A person in a room, with connections and an address of their own. */
export class Person {
  /** While the server is away, nobody tries to connect: that it refuses is known. */
  static isServerAway = false

  /** Node’s own `fetch` takes several times as long, and thousands of people share a core here. */
  #agent = new Agent({ keepAlive: true })
  /** When requests were made, and those that were refused. @type {number[]} */
  #asked = []
  /** @type {number[]} */
  #refused = []
  #wasOnline = false
  /** When they were last live again, in ms since 1970. */
  onlineMs = 0

  /**
   * @param {string} url
   * @param {number} at their number
   */
  constructor(url, at) {
    const address = `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`
    this.room = joinRoom({
      url,
      room: `room-${Math.floor(at / PEOPLE_IN_A_ROOM)}`,
      user: { name: `Person ${at}` },
      location: { cell: `C${at}` },
      headers: () => ({ 'x-forwarded-for': address }),
      fetch: (input, init = {}) => this.#fetch(new URL(/** @type {string} */ (input)), init),
    })
    this.room.subscribe(() => this.#look())
  }

  get isOnline() {
    return this.room.status === 'online'
  }

  get isOnStream() {
    return this.room.getSnapshot().transport === 'stream'
  }

  /** Whether they see everybody of their room online, where they are. */
  get isWhole() {
    const { members } = this.room.getSnapshot()
    return (
      this.isOnline &&
      members.length === PEOPLE_IN_A_ROOM &&
      members.every(({ status, location }) => status === 'online' && location !== null)
    )
  }

  /** Forgets the requests so far. */
  forget() {
    this.#asked = []
    this.#refused = []
  }

  /** @param {number} ms */
  askedSince(ms) {
    return this.#asked.filter((each) => each >= ms).length
  }

  /** @param {number} ms */
  refusedSince(ms) {
    return this.#refused.filter((each) => each >= ms).length
  }

  #look() {
    if (this.isOnline && !this.#wasOnline) this.onlineMs = Date.now()
    this.#wasOnline = this.isOnline
  }

  /**
   * @param {URL} address
   * @param {RequestInit} init
   * @returns {Promise<Response>}
   */
  #fetch(address, { method = 'GET', headers, body, signal }) {
    if (Person.isServerAway) return Promise.reject(new TypeError('refused'))
    const askedMs = Date.now()
    this.#asked.push(askedMs)
    return new Promise((resolve, reject) => {
      const asked = request(address, {
        method,
        headers: Object.fromEntries(new Headers(headers)),
        agent: this.#agent,
        ...(signal && { signal }),
      })
      asked.once('error', (error) => {
        if (error.name !== 'AbortError') this.#refused.push(askedMs)
        reject(error)
      })
      asked.once('response', (answer) => {
        const status = answer.statusCode ?? 500
        if (status >= 400) this.#refused.push(askedMs)
        const type = answer.headers['content-type'] ?? ''
        const init = { status, headers: { 'content-type': type } }
        resolve(new Response(status === 204 ? null : contentOf(answer), init))
      })
      asked.end(typeof body === 'string' ? body : undefined)
    })
  }
}

/**
 * @param {import('node:http').IncomingMessage} answer
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
function contentOf(answer) {
  return new ReadableStream({
    start(controller) {
      answer.on('data', (/** @type {Buffer<ArrayBuffer>} */ chunk) => controller.enqueue(chunk))
      answer.once('end', () => controller.close())
      answer.once('error', (error) => controller.error(error))
    },
    cancel: () => void answer.destroy(),
  })
}
