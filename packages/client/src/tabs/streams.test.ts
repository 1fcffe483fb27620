import { encodeEvent, type Json, Problem } from '@whereabouts/protocol'
import { describe, expect, it, vi } from 'vitest'
import type { RoomEvent } from '../transport.js'
import type { End, Kind, Wish } from './messages.js'
import { openRuns } from './streams.js'

function wish(id: string, position: string | null = null): Wish {
  return { id, kind: 'stream', subscription: { room: id }, position, waitMs: 10 }
}

const event = (name: string, data: Json, id?: string) =>
  encodeEvent({ event: name, data: JSON.stringify(data), ...(id !== undefined && { id }) })
const on = (key: string) => event('on', { key })

function streamOf(...chunks: readonly string[]): Response {
  const body = new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

/** Reads what some requests are answered with. */
async function read(kind: Kind, wishes: readonly Wish[], answers: readonly (Response | Error)[]) {
  const left = [...answers]
  const asked: Json[] = []
  const brought: [string, string[]][] = []
  const ended: [string, End][] = []
  const goodbye = vi.fn<(ms: number) => void>()
  const request = (body: object) => {
    asked.push(JSON.parse(JSON.stringify(body)) as Json)
    const answer = left.shift() ?? new Error('no more')
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }
  const name = (each: RoomEvent) => {
    if (each.kind === 'retry') return `retry ${each.data}`
    return 'position' in each ? `${each.kind} ${each.position}` : each.kind
  }
  const closed = await new Promise<End>((resolve) => {
    const listener = {
      brought: (id: string, events: readonly RoomEvent[]) =>
        void brought.push([id, events.map(name)]),
      ended: (id: string, end: End) => void ended.push([id, end]),
      goodbye,
      closed: resolve,
    }
    openRuns(() => request)(kind, wishes, listener, new AbortController().signal)
  })
  return { asked, brought, ended, goodbye, closed }
}

describe('a request for several rooms', () => {
  it('[MS2] sorts events by their rooms, with the positions of their frames', async () => {
    const { asked, brought, closed } = await read(
      'stream',
      [wish('a'), wish('b', 'e:4')],
      [
        streamOf(
          on('a') + event('hello', {}) + on('b') + event('hello', {}) + event('ping', {}),
          event('patch', {}) +
            event('document', '', 'e:5') +
            on('a') +
            event('snapshot', {}, 'f:1'),
        ),
      ],
    )
    expect(asked).toEqual([
      {
        subscriptions: [
          { room: 'a', key: 'a' },
          { room: 'b', key: 'b', since: 'e:4' },
        ],
      },
    ])
    expect(brought).toEqual([
      ['a', ['hello', 'ping']],
      ['b', ['hello', 'ping']],
      ['a', ['snapshot f:1']],
      ['b', ['patch e:5', 'document e:5']],
    ])
    expect(closed).toEqual({ kind: 'ended' })
  })

  it('[MS2 ST2] gives the time to wait to every room, however late it opens', async () => {
    const { brought } = await read(
      'stream',
      [wish('a'), wish('b'), wish('c')],
      [
        streamOf(
          encodeEvent({ retry: 1_500 }) + on('a') + event('hello', {}),
          on('b') + event('hello', {}) + event('ping', {}),
          encodeEvent({ event: 'goodbye', data: '{"reconnectInMs":70}', retry: 70 }),
          on('c') + event('hello', {}),
        ),
      ],
    )
    expect(brought).toEqual([
      ['a', ['hello', 'retry 1500']],
      ['a', ['ping']],
      ['b', ['hello', 'retry 1500', 'ping']],
      ['a', ['retry 70']],
      ['b', ['retry 70']],
      ['c', ['hello', 'retry 70']],
    ])
  })

  it('[MS8 MS9] ends a room that is refused or has a problem, and goes on with the others', async () => {
    const refused = new Problem('room-full', 'full').toJSON()
    const problem = new Problem('forbidden', 'no more').toJSON()
    const { brought, ended, goodbye } = await read(
      'stream',
      [wish('a'), wish('b'), wish('c')],
      [
        streamOf(
          on('a') +
            event('refused', refused) +
            on('b') +
            event('hello', {}) +
            event('problem', problem),
          on('c') +
            event('hello', {}) +
            event('goodbye', { reconnectInMs: 70 }) +
            event('ping', {}),
        ),
      ],
    )
    expect(ended.map(([id, end]) => [id, end.kind === 'problem' && end.status])).toEqual([
      ['a', 409],
      ['b', 403],
    ])
    expect(brought.at(-1)).toEqual(['c', ['hello', 'ping']])
    expect(goodbye).toHaveBeenCalledWith(70)
  })

  it('[HT37] polls again and again, from where each room is', async () => {
    const answer = (...subscriptions: readonly Json[]) => Response.json({ subscriptions })
    const problem = new Problem('forbidden', 'no').toJSON()
    const { asked, brought, ended, closed } = await read(
      'poll',
      [wish('a'), wish('b', 'e:4')],
      [
        answer({ key: 'a', id: 'f:1', members: [], watching: 0, can: ['watch'] }),
        new Response(null, { status: 204 }),
        answer({ key: 'b', id: 'e:5', patch: {} }, { key: 'a', problem }),
        new Error('gone'),
      ],
    )
    const a = (since?: string) => ({ room: 'a', key: 'a', ...(since && { since }) })
    const b = (since: string) => ({ room: 'b', key: 'b', since })
    expect(asked).toEqual([
      { poll: true, subscriptions: [a(), b('e:4')], waitMs: 0 },
      { poll: true, subscriptions: [a('f:1'), b('e:4')], waitMs: 10 },
      { poll: true, subscriptions: [a('f:1'), b('e:4')], waitMs: 10 },
      { poll: true, subscriptions: [b('e:5')], waitMs: 10 },
    ])
    expect(brought.map(([id, events]) => `${id}: ${events.join()}`)).toEqual([
      'a: hello,can,snapshot f:1',
      'b: hello,ping',
      'a: ping',
      'b: ping',
      'b: patch e:5,ping',
    ])
    expect(ended.map(([id]) => id)).toEqual(['a'])
    expect(closed).toEqual({ kind: 'unanswered', message: 'gone' })
  })

  it('[CL53 MS8] opens a room again that was refused with 401', async () => {
    const problem = new Problem('unauthorized', 'over').toJSON()
    const stream = await read(
      'stream',
      [wish('a')],
      [streamOf(on('a') + event('refused', problem))],
    )
    expect(stream.ended).toEqual([['a', { kind: 'unanswered', message: 'over' }]])
    const poll = await read(
      'poll',
      [wish('a')],
      [Response.json({ subscriptions: [{ key: 'a', problem }] })],
    )
    expect(poll.ended).toEqual(stream.ended)
  })

  it.each<[string, Error | Response, string]>([
    ['an older server', new Problem('bad-parameter', 'what?'), 'alone'],
    ['a limit', new Problem('too-many-requests', 'later'), 'problem'],
    [
      'a page of a proxy',
      new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'foreign',
    ],
    ['a network', new TypeError('failed'), 'unanswered'],
  ])('[CL81] ends as %s makes it', async (_, answer, kind) => {
    expect((await read('stream', [wish('a')], [answer])).closed.kind).toBe(kind)
  })
})
