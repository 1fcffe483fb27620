import { joinRoom } from '@whereabouts/client'
import { Wire } from './wire.mjs'

export const PEOPLE_IN_A_ROOM = 5

/** A person in a room, with connections and an address of their own. */
export class Person {
  /** While the server is away, nobody tries to connect: that it refuses is known. */
  static isServerAway = false

  #wire = new Wire()
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
  async #fetch(address, { method = 'GET', headers, body, signal }) {
    if (Person.isServerAway) throw new TypeError('refused')
    const askedMs = Date.now()
    this.#asked.push(askedMs)
    try {
      const answer = await this.#wire.ask(address, {
        method,
        headers: new Headers(headers),
        body: typeof body === 'string' ? body : undefined,
        signal,
      })
      if (answer.status >= 400) this.#refused.push(askedMs)
      return /** @type {Response} */ (/** @type {unknown} */ (answer))
    } catch (error) {
      if (!signal?.aborted) this.#refused.push(askedMs)
      throw error
    }
  }
}
