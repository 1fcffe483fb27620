import { encodeEvent } from '@whereabouts/protocol'
import { afterEach, expect, it, vi } from 'vitest'
import type { SharedBody } from '../sharing.js'
import type { RoomEvent } from '../transport.js'
import { acrossTabs, type SharedRoom } from './index.js'

/** A room whose own ways say so, on a server that opens every room. */
function roomNamed(name: string, alone: Set<string>): SharedRoom {
  const transport = () => {
    alone.add(name)
    return Promise.resolve()
  }
  return {
    base: 'http://localhost',
    isPlain: true,
    own: { stream: transport, 'post-stream': transport, 'long-poll': transport },
    ready: undefined,
    subscription: () => ({ room: name }),
    position: () => null,
    waitMs: () => 1,
    renew: () => undefined,
    request: ({ subscriptions }) => Promise.resolve(streamOf(subscriptions)),
  }
}

function streamOf(subscriptions: SharedBody['subscriptions']): Response {
  const keys = (subscriptions as readonly { readonly key: string }[]).map(({ key }) => key)
  const text = keys.map(
    (key) =>
      encodeEvent({ event: 'on', data: JSON.stringify({ key }) }) +
      encodeEvent({ event: 'hello', data: '{"heartbeatMs":15000}' }),
  )
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text.join(''))),
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

afterEach(() => vi.unstubAllGlobals())

it('[CL74] each room has its own ways outside of a page', () => {
  const room = roomNamed('a', new Set())
  expect(acrossTabs()(room)).toBe(room.own)
})

it('[CL81 MS1] only the room beyond the 64th is by itself', async () => {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', new EventTarget())
  const alone = new Set<string>()
  const opened = new Set<string>()
  const lives = new Map<string, AbortController>()
  const share = acrossTabs()
  const open = async (name: string) => {
    const life = new AbortController()
    lives.set(name, life)
    const hear = (event: RoomEvent) => {
      if (event.kind === 'hello') opened.add(name)
    }
    await share(roomNamed(name, alone)).stream(hear, life.signal)
  }
  const streams = Array.from({ length: 65 }, (_, index) => open(`room${index}`))
  await expect.poll(() => alone.size + opened.size, { timeout: 5_000 }).toBe(65)
  expect(alone).toEqual(new Set(['room64']))
  // Another room takes the place of one that is closed.
  lives.get('room0')?.abort()
  streams.push(open('other'))
  await expect.poll(() => opened.has('other') || alone.has('other')).toBe(true)
  expect(alone).toEqual(new Set(['room64']))
  for (const life of lives.values()) life.abort()
  await Promise.all(streams)
})
