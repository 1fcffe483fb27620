import { writeSyncAnswer } from '@whereabouts/protocol'
import { Doc, encodeStateAsUpdate, encodeStateVector, type Transaction } from 'yjs'
import { joinRoom, type JoinOptions, type Room } from '../index.js'
import { type ProviderEvents, RoomProvider } from './index.js'
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

export function provide(room: Room, doc = new Doc()): Kept {
  const provider = new RoomProvider(room, doc)
  providers.push(provider)
  return { room, doc, provider }
}

/** A document of a room, kept until `leaveAll`. */
export function keep(server: ScriptedServer, doc = new Doc()): Kept {
  return provide(join(server), doc)
}

/** A provider that has fetched what the server has. */
export async function keepSynced(
  server: ScriptedServer,
  has = EMPTY,
): Promise<Kept & { stream: Exchange }> {
  const kept = keep(server)
  const stream = await server.take('GET events')
  stream.stream().snapshot('e:1', [member('me')])
  answerSync(await server.take('POST sync'), has)
  await said(kept.provider, 'synced')
  return { ...kept, stream }
}

export async function leaveAll(): Promise<void> {
  for (const provider of providers.splice(0)) await provider.destroy()
  for (const room of rooms.splice(0)) void room.leave()
}

/** What the next event says. */
export function said<Name extends keyof ProviderEvents>(
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

/** The server's step of a sync, by a document that is the server's. */
export function answerSync(exchange: Exchange, has: Doc): void {
  const lacks = exchange.bytes.length > 0 ? exchange.bytes : undefined
  const update = encodeStateAsUpdate(has, lacks)
  exchange.answerBytes(writeSyncAnswer({ vector: encodeStateVector(has), update }))
}

/** A server's document that somebody typed into. */
export function typed(text: string): Doc {
  const doc = new Doc()
  doc.getText('body').insert(0, text)
  return doc
}

/** Resolves with the text once it is this one. */
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

/** Takes the exceptions that nobody caught, instead of the test runner. */
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
