import { buffer } from 'node:stream/consumers'
import { readSyncAnswer, type SyncAnswer, type Updated } from '@whereabouts/protocol'
import { expect } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { within } from './deadline.js'
import { call, open, type Answer, type CallOptions } from './http.js'
import type { Parameters, TestRoom } from './room.js'
import type { EventStream } from './stream.js'

export const BYTES = { 'content-type': 'application/octet-stream' }
/** The empty update. */
export const EMPTY = [0, 0]

/** A client's copy of a room's document. It doesn't update itself. */
export class TestDocument {
  readonly doc = new Doc()

  constructor(readonly room: TestRoom) {}

  /** Writes into the copy, and returns the update. */
  write(key: string, value: unknown = key): Uint8Array {
    const before = encodeStateVector(this.doc)
    this.doc.getMap('cells').set(key, value)
    return encodeStateAsUpdate(this.doc, before)
  }

  /** Writes into the copy and posts the update, which must be accepted. */
  async post(key: string, value: unknown = key): Promise<Updated> {
    return accepted(await postUpdate(this.room, this.write(key, value)))
  }

  /** Fetches what the copy lacks. */
  async fetch(): Promise<this> {
    const vector = Buffer.from(encodeStateVector(this.doc)).toString('base64url')
    return this.take(await getDocument(this.room, { sv: vector }))
  }

  /** Applies all updates that a stream received so far. */
  takeEvents(stream: EventStream): this {
    for (const update of documentEvents(stream)) this.take(update)
    return this
  }

  take(update: Uint8Array): this {
    applyUpdate(this.doc, update)
    return this
  }

  get cells(): unknown {
    return this.doc.getMap('cells').toJSON()
  }
}

/** Posts an update, and returns the answer. */
export function postUpdate(
  room: TestRoom,
  body: Uint8Array,
  headers: CallOptions['headers'] = {},
  parameters: Parameters = {},
): Promise<Answer> {
  return call(room.url('document', parameters), {
    headers: { ...BYTES, ...headers },
    body: Buffer.from(body),
  })
}

/** Makes the server's step of a sync, which must succeed. */
export async function syncDocument(
  room: TestRoom,
  vector: Uint8Array,
  parameters: Parameters = {},
): Promise<SyncAnswer> {
  const url = room.url('document/sync', parameters)
  const response = await open(url, { headers: BYTES, method: 'POST', body: Buffer.from(vector) })
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-type']).toBe('application/octet-stream')
  expect(response.headers['cache-control']).toContain('no-store')
  const answer = readSyncAnswer(await within(buffer(response), `the end of the answer to ${url}`))
  expect(answer).toBeDefined()
  return answer!
}

/** Checks that an update was accepted, and returns the answer's content. */
export function accepted(answer: Answer, isPending = false): Updated {
  expect(answer, answer.text).toMatchObject({ status: 200 })
  expect(answer.headers['content-type']).toMatch(/^application\/json\b/)
  const updated = JSON.parse(answer.text) as Updated
  expect(Object.keys(updated)).toEqual(isPending ? ['id', 'pending'] : ['id'])
  return updated
}

/** Reads the document, which must succeed. */
export async function getDocument(
  room: TestRoom,
  parameters: Parameters = {},
  options: CallOptions = {},
): Promise<Buffer> {
  const url = room.url('document', parameters)
  const response = await open(url, options)
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-type']).toBe('application/octet-stream')
  expect(response.headers['cache-control']).toContain('no-store')
  return within(buffer(response), `the end of the answer to ${url}`)
}

/** Returns the updates that a stream received so far. */
export function documentEvents(stream: EventStream): Buffer[] {
  return stream.arrived
    .filter(({ name }) => name === 'document')
    .map(({ text }) => Buffer.from(text, 'base64'))
}
