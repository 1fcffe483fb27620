import type { Json } from '@whereabouts/protocol'
import { TestRoom } from '../../room.js'
import { type EventStream, openStream, type RoomEvents } from '../../stream.js'
import type { Served } from '../../suite.js'

/** A subscription as a caller sends it. */
export type Subscription = { readonly [field: string]: Json }

export const addressOf = ({ baseUrl }: { readonly baseUrl: string }) => `${baseUrl}/streams`

/** Opens a stream of several rooms. */
export function openRooms(
  server: { readonly baseUrl: string },
  subscriptions: readonly Subscription[],
  headers: { readonly [name: string]: string } = {},
): Promise<EventStream> {
  return openStream(addressOf(server), { json: { subscriptions }, headers })
}

export const roomsOf = (server: Served, count: number) =>
  Array.from({ length: count }, () => new TestRoom(server.baseUrl))

/** Returns the ids that `hello` has for the members of a subscription. */
export async function selvesOf(events: RoomEvents): Promise<readonly string[]> {
  if (events.hello === undefined) await events.next('hello')
  return events.hello.selves!
}

/** The names of a room's events; a ping after one of them belongs to the whole stream. */
export const saidIn = ({ arrived }: RoomEvents) =>
  arrived.map(({ name }) => name).filter((name) => name !== 'ping')

export const statusOf = (id: string, status: string) => (state: RoomEvents['state']) =>
  state.members.get(id)?.status === status
export const changesOf = (stream: RoomEvents, id: string) =>
  stream.patches.flatMap(({ status, leave = [], join = [] }) => [
    ...(status?.[id] === undefined ? [] : [status[id]]),
    ...(leave.includes(id) ? ['left'] : []),
    ...(join.some((member) => member.id === id) ? ['joined'] : []),
  ])
