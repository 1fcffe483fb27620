// A client written from spec/PROTOCOL.md alone. The comments name its rules.

/** One member of a room, like a browser tab. */
export class PlainClient {
  members = /** @type {Map<string, any>} */ (new Map())
  watching = 0
  hello = /** @type {any} */ (null)
  position = /** @type {string | null} */ (null)
  events = /** @type {string[]} */ ([])
  updates = /** @type {Uint8Array[]} */ ([])
  changed = () => {}
  #stream = new AbortController()

  /** @param {string} room its address @param {string} key of the member; a secret (ID13) */
  constructor(room, key) {
    this.room = room
    this.key = key
  }

  /** Opens the stream, and resumes if it was open before (ST9). @param {'GET' | 'POST'} method */
  async open(method, parameters = {}) {
    this.#stream = new AbortController()
    const all = { member: this.key, ...parameters }
    if (this.position !== null) Object.assign(all, { lastEventId: this.position })
    const { signal } = this.#stream
    const query = method === 'GET' ? `?${new URLSearchParams(all)}` : ''
    const body = method === 'POST' ? json(all) : {}
    const response = await ok(fetch(`${this.room}/events${query}`, { signal, ...body }))
    this.ended = this.#read(response).catch(() => {})
  }

  async close() {
    this.#stream.abort()
    await this.ended
  }

  /** @param {unknown} location any JSON (HT3) */
  async move(location) {
    return (await ok(fetch(`${this.room}/location?member=${this.key}`, json(location)))).json()
  }

  /** Returns what changed since the position, or `null` (HT5). @param {number} waitMs */
  async poll(waitMs) {
    const query = `since=${this.position ?? ''}&waitMs=${waitMs}`
    const response = await ok(fetch(`${this.room}/location?${query}`))
    if (response.status === 204) return null
    const answer = await response.json()
    if (answer.patch !== undefined) this.#patch(answer.patch)
    else this.#snapshot(answer)
    this.position = answer.id
    return answer
  }

  leave() {
    return ok(fetch(`${this.room}/leave?member=${this.key}`, { method: 'POST' }))
  }

  /** @param {Uint8Array<ArrayBuffer>} update of Yjs (DO2) */
  async post(update) {
    return (await ok(fetch(`${this.room}/document`, bytes(update)))).json()
  }

  /** Returns the server's state vector and what the caller lacks (DO20). @param {Uint8Array<ArrayBuffer>} vector */
  async sync(vector) {
    const answer = await ok(fetch(`${this.room}/document/sync`, bytes(vector)))
    const all = /** @type {any} */ (new Uint8Array(await answer.arrayBuffer()))
    let at = 0
    return [0, 1].map(() => {
      let length = 0
      for (let scale = 1, more = true; more; scale *= 128) {
        more = all[at] >= 128
        length += (all[at++] % 128) * scale
      }
      return all.subarray(at, (at += length))
    })
  }

  /** @param {Response} response */
  async #read(response) {
    const decoder = new TextDecoder()
    let text = ''
    const frame = /** @type {(() => void)[]} */ ([])
    for await (const chunk of /** @type {any} */ (response.body)) {
      text += decoder.decode(chunk, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const [name = ''] = fieldsOf(block, 'event')
        const [id] = fieldsOf(block, 'id')
        const data = fieldsOf(block, 'data').join('\n')
        if (IN_FRAMES.has(name)) frame.push(() => this.#take(name, data))
        else this.#take(name, data)
        // A frame is applied as a whole: its last event has the position (ST6, VE4).
        if (id === undefined) continue
        for (const take of frame.splice(0)) take()
        this.position = id
        this.changed()
      }
    }
  }

  /** @param {string} name @param {string} data */
  #take(name, data) {
    if (name !== '' && name !== 'ping') this.events.push(name)
    if (name === 'hello') this.hello = JSON.parse(data)
    if (name === 'snapshot') this.#snapshot(JSON.parse(data))
    if (name === 'patch') this.#patch(JSON.parse(data))
    if (name === 'document') this.updates.push(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)))
  }

  /** @param {any} snapshot */
  #snapshot({ members, watching }) {
    this.members = new Map(members.map((/** @type {any} */ member) => [member.id, member]))
    this.watching = watching
  }

  /** @param {any} patch */
  #patch({ join = [], move = {}, status = {}, leave = [], watching = this.watching }) {
    for (const member of join) this.members.set(member.id, member)
    for (const [id, location] of Object.entries(move)) this.#change(id, { location })
    for (const [id, is] of Object.entries(status)) this.#change(id, { status: is })
    for (const id of leave) this.members.delete(id)
    this.watching = watching
  }

  /** @param {string} id @param {object} change */
  #change(id, change) {
    if (this.members.has(id)) this.members.set(id, { ...this.members.get(id), ...change })
  }
}

const IN_FRAMES = new Set(['resync', 'snapshot', 'patch', 'document'])

/** @param {string} block @param {string} name */
const fieldsOf = (block, name) =>
  [...block.matchAll(new RegExp(`^${name}: ?(.*)$`, 'gm'))].map(([, value = '']) => value)
/** @param {string} type @param {BodyInit} body */
const post = (type, body) => ({ method: 'POST', headers: { 'content-type': type }, body })
/** @param {unknown} value */
const json = (value) => post('application/json', JSON.stringify(value))
/** @param {Uint8Array<ArrayBuffer>} body */
const bytes = (body) => post('application/octet-stream', body)

/** Returns the answer, or throws its problem. @param {Promise<Response>} call */
async function ok(call) {
  const response = await call
  if (response.ok) return response
  throw Object.assign(new Error('refused'), await response.json())
}
