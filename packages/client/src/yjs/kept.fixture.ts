import { writeSyncAnswer } from '@whereabouts/protocol'
import { Doc, encodeStateAsUpdate, encodeStateVector, type Transaction } from 'yjs'
import { afterEach, beforeEach, vi } from 'vitest'
import { joinRoom, type JoinOptions, type Room } from '../index.js'
import { type ProviderEvents, type ProviderOptions, RoomProvider } from './index.js'
import {
  type Exchange,
  member,
  type ScriptedServer,
} from '../../../../test/client/scripted-server.js'

export const EMPTY = new Doc()

const rooms: Room[] = []
const providers: RoomProvider[] = []

export interface Kept {
  readonly room: Room
  readonly doc: Doc
  readonly provider: RoomProvider
}

export function join(server: ScriptedServer, options: Partial<JoinOptions> = {}): Room {
  const room = joinRoom({ url: server.url, room: 'budget', ...options })
  rooms.push(room)
  return room
}

export function provide(room: Room, doc = new Doc(), options: ProviderOptions = {}): Kept {
  const provider = new RoomProvider(room, doc, options)
  providers.push(provider)
  return { room, doc, provider }
}

/** Joins the room and provides a document, until the test ends. */
export function keep(server: ScriptedServer, doc = new Doc()): Kept {
  return provide(join(server), doc)
}

/** Joins, provides a document, and answers its first sync with what the server has. */
export async function keepSynced(
  server: ScriptedServer,
  has = EMPTY,
  doc = new Doc(),
): Promise<Kept & { stream: Exchange }> {
  const kept = keep(server, doc)
  const stream = await server.take('GET events')
  stream.stream().snapshot('e:1', [member('me')])
  answerSync(await server.take('POST sync'), has)
  await nextEvent(kept.provider, 'synced')
  return { ...kept, stream }
}

/** In every test of a file: retries without a wait, and afterwards leaves all rooms of the test. */
export function retryAtOnceAndLeaveAll(): void {
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
  afterEach(async () => {
    vi.restoreAllMocks()
    for (const provider of providers.splice(0)) await provider.destroy()
    for (const room of rooms.splice(0)) void room.leave()
  })
}

/** Resolves with the value of the next event of a name. */
export function nextEvent<Name extends keyof ProviderEvents>(
  provider: RoomProvider,
  name: Name,
): Promise<ProviderEvents[Name][0]> {
  return new Promise((resolve) => {
    const listener = (...[value]: ProviderEvents[Name]) => {
      provider.off(name, listener)
      resolve(value)
    }
    provider.on(name, listener)
  })
}

export const textOf = (doc: Doc) => doc.getText('body').toJSON()
export const keyOf = ({ request }: Exchange) => request.headers['idempotency-key']

/** Answers a sync with the server's document. */
export function answerSync(exchange: Exchange, has: Doc, incarnation = '0'): void {
  const lacks = exchange.bytes.length > 0 ? exchange.bytes : undefined
  const update = encodeStateAsUpdate(has, lacks)
  exchange.answerBytes(writeSyncAnswer({ vector: encodeStateVector(has), update, incarnation }))
}

/** Returns a document with a text, as the server may have it. */
export function typed(text: string): Doc {
  const doc = new Doc()
  doc.getText('body').insert(0, text)
  return doc
}

/** Resolves once the document's text is this one. */
export function untilText(doc: Doc, text: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (_event?: unknown, _transaction?: Transaction) => {
      if (textOf(doc) !== text) return
      doc.getText('body').unobserve(look)
      resolve()
    }
    doc.getText('body').observe(look)
    look()
  })
}

/** Collects uncaught exceptions instead of the test runner. */
export class Uncaught implements Disposable {
  readonly errors: unknown[] = []
  readonly #others = process.listeners('uncaughtException')
  readonly #take = (error: unknown) => void this.errors.push(error)

  constructor() {
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', this.#take)
  }

  [Symbol.dispose](): void {
    process.off('uncaughtException', this.#take)
    for (const other of this.#others) process.on('uncaughtException', other)
  }
}
