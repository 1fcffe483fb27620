import { randomUUID } from 'node:crypto'
import type { Json, Member, Moved, RoomPatch, RoomAnswer } from '@whereabouts/protocol'
import { expect, inject } from 'vitest'
import { call, callJson, type Answer, type CallOptions } from './http.js'
import { openStream, type EventStream } from './stream.js'

/** Parameters of a call's query. */
export type Parameters = { readonly [name: string]: string | number }

declare module 'vitest' {
  interface ProvidedContext {
    /** The prefix of the names of the tests' rooms. */
    roomsPrefix?: string
  }
}

const newRoomName = () => `${inject('roomsPrefix') ?? ''}room-${randomUUID()}`

/** Returns a new member key. */
export const memberKey = () => `key-${randomUUID()}`

/** One room of a server under test, from the view of its callers. */
export class TestRoom {
  constructor(
    readonly baseUrl: string,
    readonly name: string = newRoomName(),
  ) {}

  /** Returns the address of one of the room's calls. */
  url(path: 'events' | 'location' | 'leave' | (string & {}), parameters: Parameters = {}): string {
    const query = Object.entries(parameters).map(
      ([name, value]) => `${name}=${encodeURIComponent(value)}`,
    )
    const address = `${this.baseUrl}/rooms/${encodeURIComponent(this.name)}/${path}`
    return query.length === 0 ? address : `${address}?${query.join('&')}`
  }

  /** Posts a location, which must be accepted. */
  async move(member: string, location: Json, parameters: Parameters = {}): Promise<Moved> {
    const url = this.url('location', { member, ...parameters })
    const moved = await callJson(url, { method: 'POST', json: location })
    return moved as unknown as Moved
  }

  async leave(member: string, parameters: Parameters = {}): Promise<void> {
    const answer = await call(this.url('leave', { member, ...parameters }), { method: 'POST' })
    expect(answer).toMatchObject({ status: 204, text: '' })
  }

  async read(): Promise<RoomAnswer> {
    return (await callJson(this.url('location'))) as unknown as RoomAnswer
  }

  /** Returns the changes since a position; there must be some. */
  async since(position: string, parameters: Parameters = {}): Promise<RoomPatch | RoomAnswer> {
    const url = this.url('location', { since: position, ...parameters })
    return (await callJson(url)) as unknown as RoomPatch | RoomAnswer
  }

  /** Reads the room, and returns the answer. */
  poll(since: string, waitMs?: number): Promise<Answer> {
    return call(this.url('location', waitMs === undefined ? { since } : { since, waitMs }))
  }

  /** Opens a stream that joins, and waits until it shows the room. */
  join(member: string, parameters: Parameters = {}, options?: CallOptions): Promise<EventStream> {
    return this.stream({ member, ...parameters }, options)
  }

  /** Opens a stream that doesn't join, and waits until it shows the room. */
  watch(parameters: Parameters = {}): Promise<EventStream> {
    return this.stream({ watch: 1, ...parameters })
  }

  /** Opens a stream in the patch view and waits for its snapshot. */
  async stream(parameters: Parameters, options?: CallOptions): Promise<EventStream> {
    const stream = await openStream(this.url('events', parameters), options)
    await stream.next('snapshot')
    return stream
  }

  /** Opens a stream in the list view. */
  list(parameters: Parameters = {}): Promise<EventStream> {
    return openStream(this.url('events', { view: 'list', watch: 1, ...parameters }))
  }

  /** Returns the member with that id as the server knows it. */
  async member(id: string): Promise<Member | undefined> {
    return (await this.read()).members.find((member) => member.id === id)
  }
}

/** Returns the version within a position. */
export function versionOf(position: string): number {
  expect(position).toMatch(/^[A-Za-z0-9_-]{1,32}:[0-9]+$/)
  return Number(position.slice(position.indexOf(':') + 1))
}
