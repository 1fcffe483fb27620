import { type Action, Problem, writeSyncAnswer } from '@whereabouts/protocol'
import {
  applyUpdate,
  type Array as YArray,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  type Map as YMap,
  Text as YText,
  XmlElement,
  XmlText,
} from 'yjs'
import type { Random } from '../../../../test/simulation/random.js'
import { type DocumentListener, setChannel } from '../document-channel.js'
import type { Room } from '../room.js'
import type { RoomSnapshot, RoomStatus } from '../store.js'
import { RoomProvider } from './room-provider.js'
import type { VirtualNetwork, VirtualServer } from './virtual-server.fixture.js'

// Includes emoji of one code point and of several.
const TEXTS = ['a', 'bc', 'déf', '😀', '👨‍👩‍👧']
// Half of an emoji, which UTF-8 can't encode. Not in a text: there, Yjs joins it with its neighbor.
const VALUES = [...TEXTS, 'x\uD83Dy']
const READER: readonly Action[] = ['watch', 'join', 'move']
const WRITER: readonly Action[] = [...READER, 'write']

/** One tab: its document, its provider, and a stand-in for its room. */
export class VirtualClient {
  doc = new Doc()
  provider: RoomProvider
  isOffline = false
  /** What the server decides; the client hears of it with the stream. */
  mayWrite = true
  readonly written: string[] = []
  #room: VirtualRoom
  #sessions = 0

  constructor(
    readonly number: number,
    readonly server: VirtualServer,
    readonly network: VirtualNetwork,
  ) {
    this.#room = new VirtualRoom(this)
    this.provider = this.#open()
  }

  /** Closes the tab and opens another one with the offline copy of the document. */
  reload(): void {
    const kept = encodeStateAsUpdate(this.doc)
    void this.provider.destroy()
    this.#room.close()
    this.doc = new Doc()
    applyUpdate(this.doc, kept)
    this.#room = new VirtualRoom(this)
    this.provider = this.#open()
  }

  connect(): void {
    if (!this.isOffline) this.#room.connect()
  }

  disconnect(): void {
    this.#room.disconnect()
  }

  /** Reads the stream to its end. */
  read(): void {
    this.#room.read()
  }

  edit(random: Random): void {
    const body = this.doc.getText('body')
    const sheet = this.doc.getMap<YMap<unknown> | YText | number | string>('sheet')
    const key = `cell ${random.below(8)}`
    this.doc.transact(() => {
      this.#addEntry()
      const kind = random.below(8)
      if (kind <= 1) body.insert(random.below(body.length + 1), random.pick(TEXTS))
      else if (kind === 2 && body.length > 0) body.delete(random.below(body.length), 1)
      else if (kind === 3) sheet.set(key, random.pick([random.below(1_000), ...VALUES]))
      else if (kind === 4) sheet.delete(key)
      else if (kind === 5) editList(this.doc.getArray('list'), random)
      else if (kind === 6) this.#editPage(random)
      else this.#editNested(sheet, random)
    })
  }

  /** Adds an entry that no client deletes, so that it has to be there at the end. */
  #addEntry(): void {
    const entry = `${this.number}:${this.written.length}`
    this.written.push(entry)
    this.doc.getArray('written').push([entry])
  }

  #editNested(sheet: YMap<YMap<unknown> | YText | number | string>, random: Random): void {
    const text = sheet.get('title')
    if (text instanceof YText) text.insert(random.below(text.length + 1), 't')
    else sheet.set('title', new YText())
  }

  #editPage(random: Random): void {
    const page = this.doc.getXmlFragment('page')
    const at = random.below(page.length + 1)
    const block = page.get(Math.min(at, page.length - 1))
    if (page.length < 3 || !(block instanceof XmlElement)) {
      const paragraph = new XmlElement('paragraph')
      page.insert(at, [paragraph])
      paragraph.insert(0, [new XmlText(random.pick(TEXTS))])
    } else if (random.chance(0.3)) page.delete(Math.min(at, page.length - 1), 1)
    else block.setAttribute('level', String(random.below(3)))
  }

  #open(): RoomProvider {
    this.#sessions += 1
    this.doc.clientID = this.number * 1_000 + this.#sessions
    return new RoomProvider(this.#room, this.doc)
  }
}

class VirtualRoom implements Room {
  status: RoomStatus = 'connecting'
  #can: readonly Action[] | null = null
  readonly #client: VirtualClient
  readonly #subscribers = new Set<() => void>()
  #listener: DocumentListener | null = null
  #position: { epoch: number; version: number } | null = null

  constructor(client: VirtualClient) {
    this.#client = client
    setChannel(this, {
      address: 'virtual',
      member: 'me',
      position: () => null,
      listen: (listener) => {
        this.#listener = listener
        return () => void (this.#listener = null)
      },
      maxLocationBytes: () => 1_024,
      location: () => undefined,
      request: (call, _parameters, init) => this.#request(call, init),
      requestLast: () => undefined,
      posted: () => undefined,
      mapLocation: () => () => undefined,
    })
  }

  readonly move = () => undefined
  readonly setUser = () => undefined
  readonly look = () => undefined
  readonly broadcast = () => Promise.resolve()
  readonly onEvent = () => () => undefined
  readonly leave = () => Promise.resolve()
  readonly getSnapshot = (): RoomSnapshot => ({
    status: this.status,
    self: null,
    can: this.#can,
    members: [],
    others: [],
    watching: 0,
    elsewhere: {},
    locks: {},
    transport: null,
    problem: null,
  })

  readonly subscribe = (subscriber: () => void) => {
    this.#subscribers.add(subscriber)
    return () => void this.#subscribers.delete(subscriber)
  }

  connect(): void {
    const { server } = this.#client
    if (this.status === 'online' || this.status === 'closed') return
    this.#hear()
    this.#listener?.opened(this.#position !== null)
    this.#position ??= { epoch: server.epoch, version: server.version }
    this.#set('online')
    this.read()
  }

  disconnect(): void {
    if (this.status === 'online') this.#set('reconnecting')
  }

  close(): void {
    this.#set('closed')
  }

  read(): void {
    if (this.status !== 'online' || this.#position === null) return
    this.#hear()
    const { server } = this.#client
    const missed = server.since(this.#position.epoch, this.#position.version)
    if (missed === null) this.#listener?.outdated()
    for (const update of missed ?? []) {
      this.#listener?.updated(Buffer.from(update).toString('base64'))
    }
    this.#position = { epoch: server.epoch, version: server.version }
    this.#listener?.heard()
  }

  #request(call: string, init: RequestInit): Promise<Response> {
    const { server, network } = this.#client
    return new Promise((resolve, reject) => {
      const fail = () => reject(new TypeError('the network lost it'))
      if (this.#client.isOffline) {
        fail()
        return
      }
      const serve = () => {
        const isCaptive = network.isCaptive
        if (!isCaptive && call === 'document' && !this.#client.mayWrite) {
          network.send(() => reject(new Problem('forbidden', 'Ask the owner.')), fail)
          return
        }
        const response = isCaptive ? LOGIN_PAGE : this.#serve(server, call, init)
        network.send(() => resolve(response), fail)
      }
      network.send(serve, fail)
    })
  }

  #serve(server: VirtualServer, call: string, init: RequestInit): Response {
    const body = init.body as Uint8Array
    const { doc } = server
    if (call === 'document/sync') {
      const update = encodeStateAsUpdate(doc, body.length > 0 ? body : undefined)
      return bytesAnswer(
        writeSyncAnswer({ vector: encodeStateVector(doc), update, incarnation: '0' }),
      )
    }
    const key = new Headers(init.headers).get('idempotency-key') ?? ''
    const isPending = server.take(body, key)
    return jsonAnswer({ id: 'e:1', ...(isPending && { pending: true }) })
  }

  #hear(): void {
    this.#can = this.#client.mayWrite ? WRITER : READER
    this.#tell()
  }

  #set(status: RoomStatus): void {
    this.status = status
    this.#tell()
  }

  #tell(): void {
    for (const subscriber of this.#subscribers) subscriber()
  }
}

function editList(list: YArray<unknown>, random: Random): void {
  const at = random.below(list.length + 1)
  if (at < list.length && random.chance(0.4)) list.delete(at, 1)
  else list.insert(at, [random.below(1_000), random.pick(VALUES)])
}

// Reading a real response takes real time, which fake timers can't advance.
function bytesAnswer(bytes: Uint8Array<ArrayBuffer>): Response {
  const response = new Response(null, { headers: { 'content-type': 'application/octet-stream' } })
  return Object.assign(response, { arrayBuffer: () => Promise.resolve(bytes.buffer) })
}

function jsonAnswer(value: object): Response {
  const response = new Response(null, { headers: { 'content-type': 'application/json' } })
  return Object.assign(response, { json: () => Promise.resolve(value) })
}

const LOGIN_PAGE = Object.assign(new Response(null, { headers: { 'content-type': 'text/html' } }), {
  arrayBuffer: () => Promise.resolve(new ArrayBuffer(40)),
})
