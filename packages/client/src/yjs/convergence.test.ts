import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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
import { writeSyncAnswer } from '@whereabouts/protocol'
import { Random } from '../../../../test/simulation/random.js'
import { holdLine, type DocumentListener } from '../document-line.js'
import type { Room } from '../room.js'
import type { RoomSnapshot, RoomStatus } from '../store.js'
import { RoomProvider } from './room-provider.js'

const CLIENTS = 5
const STEPS = 400
const SEEDS = Array.from({ length: 30 }, (_item, seed) => seed + 1)
// Among them emoji of one character and of several.
const TEXTS = ['a', 'bc', 'déf', '😀', '👨‍👩‍👧']
// Half of an emoji, which no encoding has. In a text Yjs takes its neighbor for the other half.
const VALUES = [...TEXTS, 'x\uD83Dy']
const REMEMBERED_UPDATES = [2, 20, 200]

/** What a server does with a document: it stores what is posted, and tells of it in order. */
class VirtualServer {
  doc = new Doc()
  epoch = 1
  #backup = encodeStateAsUpdate(this.doc)
  readonly #updates: Uint8Array[] = []
  readonly #keys = new Set<string>()

  /** @param remembers how many updates it can tell a stream that resumes. */
  constructor(readonly remembers: number) {}

  get version(): number {
    return this.#updates.length
  }

  /** @returns whether something waits for something else. */
  take(update: Uint8Array, key: string): boolean {
    if (!this.#keys.has(key)) {
      this.#keys.add(key)
      applyUpdate(this.doc, update)
      this.#updates.push(update)
    }
    const { pendingStructs, pendingDs } = this.doc.store
    return pendingStructs !== null || pendingDs !== null
  }

  /** What came since a version, `null` if that is forgotten. */
  since(epoch: number, version: number): readonly Uint8Array[] | null {
    const isKnown = epoch === this.epoch && this.version - version <= this.remembers
    return isKnown ? this.#updates.slice(version) : null
  }

  restart(): void {
    this.epoch += 1
    this.#keys.clear()
  }

  backUp(): void {
    this.#backup = encodeStateAsUpdate(this.doc)
  }

  /** It starts with what it had when it was backed up. */
  restore(): void {
    this.restart()
    this.#updates.length = 0
    this.doc = new Doc()
    applyUpdate(this.doc, this.#backup)
  }
}

/** What is under way between clients and server; whatever is, may arrive in any order, or never. */
class VirtualNetwork {
  readonly #underWay: (() => void)[] = []
  readonly random: Random
  isReliable = false

  constructor(random: Random) {
    this.random = random
  }

  get isQuiet(): boolean {
    return this.#underWay.length === 0
  }

  send(deliver: () => void, lose: () => void): void {
    const isLost = !this.isReliable && this.random.chance(0.15)
    const isDoubled = !isLost && !this.isReliable && this.random.chance(0.05)
    this.#underWay.push(isLost ? lose : deliver)
    if (isDoubled) this.#underWay.push(deliver)
  }

  /** Whether a login page answers in the server's place. */
  get isCaptive(): boolean {
    return !this.isReliable && this.random.chance(0.05)
  }

  deliverOne(): void {
    const at = this.random.below(this.#underWay.length)
    this.#underWay.splice(at, 1)[0]?.()
  }
}

/** One tab: its document, its provider, and its room as the client's core would have it. */
class VirtualClient {
  doc = new Doc()
  provider: RoomProvider
  isOffline = false
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

  /** Closes the tab and opens another one, with what was kept of the document. */
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

  /** Reads the stream up to the server's present. */
  read(): void {
    this.#room.read()
  }

  edit(random: Random): void {
    const body = this.doc.getText('body')
    const sheet = this.doc.getMap<YMap<unknown> | YText | number | string>('sheet')
    const key = `cell ${random.below(8)}`
    this.doc.transact(() => {
      this.#writeDown()
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

  /** What nobody deletes, and therefore has to be there at the end. */
  #writeDown(): void {
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
  readonly #client: VirtualClient
  readonly #subscribers = new Set<() => void>()
  #listener: DocumentListener | null = null
  #position: { epoch: number; version: number } | null = null

  constructor(client: VirtualClient) {
    this.#client = client
    holdLine(this, {
      address: 'virtual',
      position: () => null,
      listen: (listener) => {
        this.#listener = listener
        return () => void (this.#listener = null)
      },
      maxLocationBytes: () => 1_024,
      request: (call, _parameters, init) => this.#request(call, init),
      adorn: () => () => undefined,
    })
  }

  readonly move = () => undefined
  readonly setUser = () => undefined
  readonly look = () => undefined
  readonly leave = () => Promise.resolve()
  readonly getSnapshot = (): RoomSnapshot => ({
    status: this.status,
    self: null,
    members: [],
    others: [],
    watching: 0,
    elsewhere: {},
    problem: null,
  })

  readonly subscribe = (subscriber: () => void) => {
    this.#subscribers.add(subscriber)
    return () => void this.#subscribers.delete(subscriber)
  }

  connect(): void {
    const { server } = this.#client
    if (this.status === 'online' || this.status === 'closed') return
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
      const fail = () => reject(new TypeError('the network has lost it'))
      if (this.#client.isOffline) {
        fail()
        return
      }
      const serve = () => {
        const isCaptive = network.isCaptive
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
      const update = encodeStateAsUpdate(doc, body)
      return bytesAnswer(writeSyncAnswer({ vector: encodeStateVector(doc), update }))
    }
    const key = new Headers(init.headers).get('idempotency-key') ?? ''
    const isPending = server.take(body, key)
    return jsonAnswer({ id: 'e:1', ...(isPending && { pending: true }) })
  }

  #set(status: RoomStatus): void {
    this.status = status
    for (const subscriber of this.#subscribers) subscriber()
  }
}

function editList(list: YArray<unknown>, random: Random): void {
  const at = random.below(list.length + 1)
  if (at < list.length && random.chance(0.4)) list.delete(at, 1)
  else list.insert(at, [random.below(1_000), random.pick(VALUES)])
}

// A response's own way of reading takes real time.
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

function act(random: Random, client: VirtualClient, server: VirtualServer): void {
  const dice = random.next() * 100
  if (dice < 45) client.edit(random)
  else if (dice < 65) client.read()
  else if (dice < 72) client.disconnect()
  else if (dice < 84) client.connect()
  else if (dice < 90) goOffline(client)
  else if (dice < 96) client.isOffline = false
  else if (dice < 98) client.reload()
  else if (dice < 98.4) server.restart()
  else if (dice < 98.7) server.backUp()
  else if (dice < 99) server.restore()
}

function goOffline(client: VirtualClient): void {
  client.isOffline = true
  client.disconnect()
}

async function run(seed: number): Promise<{ server: VirtualServer; clients: VirtualClient[] }> {
  const random = new Random(seed)
  vi.spyOn(Math, 'random').mockImplementation(() => random.next())
  const server = new VirtualServer(random.pick(REMEMBERED_UPDATES))
  const network = new VirtualNetwork(random)
  const numbers = Array.from({ length: CLIENTS }, (_item, number) => number + 1)
  const clients = numbers.map((number) => new VirtualClient(number, server, network))
  for (let step = 0; step < STEPS; step++) {
    act(random, random.pick(clients), server)
    if (random.chance(0.7)) network.deliverOne()
    await vi.advanceTimersByTimeAsync(random.below(200))
  }
  await settle(clients, network)
  return { server, clients }
}

/** Everybody is online, nothing is lost any more, and all that is under way arrives. */
async function settle(clients: VirtualClient[], network: VirtualNetwork): Promise<void> {
  network.isReliable = true
  for (const client of clients) client.isOffline = false
  const isAtRest = () =>
    network.isQuiet && clients.every(({ provider }) => provider.synced && provider.saved)
  for (let round = 0; round < 10_000 && !isAtRest(); round++) {
    for (const client of clients) {
      client.connect()
      client.read()
    }
    network.deliverOne()
    await vi.advanceTimersByTimeAsync(100)
  }
  for (const client of clients) client.read()
}

/** As others see it: half of an emoji is no character to them. */
const wellFormed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_key, each: unknown) =>
    typeof each === 'string' ? Buffer.from(each).toString() : each,
  )

const contentsOf = (doc: Doc) =>
  wellFormed({
    body: doc.getText('body').toJSON(),
    sheet: doc.getMap('sheet').toJSON(),
    list: doc.getArray('list').toJSON(),
    page: doc.getXmlFragment('page').toJSON(),
  }) as { readonly body: string }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('at rest all documents are equal, whatever was lost, late, offline or restored', () => {
  it.each(SEEDS)('[CL20 CL21 CL29] seed %d', async (seed) => {
    const { server, clients } = await run(seed)
    const expected = contentsOf(server.doc)
    expect(expected.body.length).toBeGreaterThan(10)
    const written = clients.flatMap((client) => client.written)
    expect(server.doc.getArray<string>('written').toArray().toSorted()).toEqual(written.toSorted())
    for (const { doc, provider } of clients) {
      expect(contentsOf(doc)).toEqual(expected)
      expect(doc.store.pendingStructs).toBeNull()
      expect(provider).toMatchObject({ synced: true, saved: true, problem: null })
      void provider.destroy()
    }
    expect(server.doc.store.pendingStructs).toBeNull()
  })
})
