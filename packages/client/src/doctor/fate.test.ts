import { describe, expect, it } from 'vitest'
import type { Way } from '../attempted.js'
import { fateOf, type Fault } from './fate.js'
import type { Answer, Arrival, Posted, WaySeen } from './seen.js'

const END_MS = 4_700
const STREAM: Answer = { status: 200, headers: { 'content-type': 'text/event-stream' } }
const JSON_ANSWER: Answer = { status: 200, headers: { 'content-type': 'application/json' } }
const HTML: Answer = { status: 403, headers: { 'content-type': 'text/html' } }

/** Posts as a look makes them: seldom and small, and then often and large. */
function postsWith(roundTripMs: number): readonly (Posted & { readonly bytes: number })[] {
  const small = Array.from({ length: 15 }, (_, at) => ({ sentAtMs: 300 + at * 100, bytes: 260 }))
  const large = Array.from({ length: 30 }, (_, at) => ({ sentAtMs: 1_800 + at * 50, bytes: 990 }))
  return [...small, ...large].map((post, at) => ({
    ...post,
    answeredAtMs: post.sentAtMs + roundTripMs,
    position: { epoch: 'e', version: at + 2 },
  }))
}

const POSTS = postsWith(10)

/** Something that leaves the server: the opening of a stream, or a frame for a post. */
interface Sent {
  readonly atMs: number
  readonly bytes: number
  readonly version: number
}

const OPENING: Sent = { atMs: 20, bytes: 300, version: 1 }
const SENT: readonly Sent[] = [
  OPENING,
  ...POSTS.map(({ answeredAtMs, bytes, position }) => ({
    atMs: answeredAtMs,
    bytes,
    version: position!.version,
  })),
]

/** What a network makes of what was sent. */
type Network = (sent: readonly Sent[]) => readonly Arrival[]

const arrive = (atMs: number, sent: readonly Sent[]): Arrival => ({
  atMs,
  bytes: sent.reduce((sum, { bytes }) => sum + bytes, 0),
  positions: sent.map(({ version }) => ({ epoch: 'e', version })),
})

const lateBy =
  (ms: number): Network =>
  (sent) =>
    sent.map((each) => arrive(each.atMs + ms, [each]))

const everyMs =
  (ms: number): Network =>
  (sent) => {
    const lumps = Array.from({ length: Math.floor(END_MS / ms) }, (_, at) => (at + 1) * ms)
    return lumps.flatMap((atMs) => {
      const lump = sent.filter((each) => each.atMs > atMs - ms && each.atMs <= atMs)
      return lump.length === 0 ? [] : [arrive(atMs, lump)]
    })
  }

const afterBytes =
  (size: number): Network =>
  (sent) => {
    const arrivals: Arrival[] = []
    let waiting: Sent[] = []
    for (const each of sent) {
      waiting.push(each)
      const lump = arrive(each.atMs, waiting)
      if (lump.bytes < size) continue
      arrivals.push(lump)
      waiting = []
    }
    return arrivals
  }

const nothing: Network = () => []

function seen(network: Network, more: Partial<WaySeen> = {}): WaySeen {
  return {
    way: 'stream',
    askedAtMs: 0,
    answer: STREAM,
    arrivals: network(SENT),
    broken: 0,
    heartbeatMs: 15_000,
    end: { atMs: END_MS, why: 'stopped' },
    ...more,
  }
}

const faults = (way: WaySeen, posts: readonly Posted[] = POSTS) =>
  fateOf(way, { posts, endMs: way.end.atMs }).faults
const kinds = (all: readonly Fault[]) => all.map(({ kind }) => kind)

describe('fateOf', () => {
  it('[DR1 DR4] finds nothing where events come with the answers', () => {
    expect(fateOf(seen(lateBy(3)), { posts: POSTS, endMs: END_MS })).toEqual({
      faults: [],
      lateMs: 3,
    })
  })

  it('[DR4] finds a way that is held back, with its head or without', () => {
    const { answer: _none, ...headless } = seen(nothing)
    expect(faults(seen(nothing))).toEqual([{ kind: 'held', forMs: END_MS, bytes: 0 }])
    expect(faults(headless)).toEqual([{ kind: 'held', forMs: END_MS, bytes: 0 }])
  })

  it('[DR4] finds a way that stops after some events', () => {
    const stops: Network = (sent) => lateBy(0)(sent.slice(0, 11))
    expect(faults(seen(stops))).toEqual([{ kind: 'held', forMs: END_MS - 1_210, bytes: 2_900 }])
  })

  it.each([
    [119, []],
    [120, ['late']],
    [200, ['late']],
  ])('[DR4] finds a way late from 120 ms on: %i ms', (ms, expected) => {
    expect(kinds(faults(seen(lateBy(ms))))).toEqual(expected)
  })

  it.each([500, 1_000, 2_000])('[DR5] finds lumps of some time: %i ms', (ms) => {
    const [fault] = faults(seen(everyMs(ms)))
    expect(fault).toMatchObject({ kind: 'lumped', by: 'time', everyMs: ms })
  })

  it.each([0, 1, 2])('[DR5] finds lumps of a second although one is late, at %i', (late) => {
    const arrivals = everyMs(1_000)(SENT).map((each, at) =>
      at === late ? { ...each, atMs: each.atMs + 300 } : each,
    )
    const [fault] = faults(seen(() => arrivals))
    expect(fault).toMatchObject({ kind: 'lumped', by: 'time' })
  })

  it.each([2_048, 4_096, 8_192])('[DR5] finds lumps of some bytes: %i', (size) => {
    const [fault] = faults(seen(afterBytes(size)))
    expect(fault).toMatchObject({ kind: 'lumped', by: 'size' })
    expect(fault!.kind === 'lumped' && fault!.bytes / size).toBeCloseTo(1, 0)
  })

  it('[DR5] takes one moment without events for no lump', () => {
    const stalls: Network = (sent) =>
      sent.map((each) => arrive(each.atMs > 700 && each.atMs < 1_200 ? 1_200 : each.atMs, [each]))
    expect(faults(seen(stalls))).toEqual([])
  })

  it('[DR5] can’t tell lumps of time from lumps of bytes if it saw one', () => {
    expect(faults(seen(everyMs(3_000)))).toMatchObject([{ kind: 'lumped', by: 'either' }])
  })

  it.each(['ended', 'failed'] as const)('[DR6] finds a way that is cut: %s', (why) => {
    const cut = seen(lateBy(0), { end: { atMs: 30_000, why } })
    expect(faults(cut)).toEqual([{ kind: 'cut', afterMs: 30_000, silentMs: 26_740 }])
  })

  it('[DR6] finds no cut where the server said goodbye, or the doctor stopped', () => {
    for (const why of ['told', 'stopped'] as const) {
      expect(faults(seen(lateBy(0), { end: { atMs: END_MS, why } }))).toEqual([])
    }
  })

  it('[DR6] finds a stream that is open and silent for more than two and a half heartbeats', () => {
    const until = (atMs: number) => faults(seen(lateBy(0), { end: { atMs, why: 'stopped' } }))
    expect(until(3_260 + 37_500)).toEqual([])
    expect(until(3_260 + 37_600)).toEqual([{ kind: 'silent', forMs: 37_600 }])
  })

  it('[DR7] finds what something else answered, and what nothing answered', () => {
    const end = { atMs: 100, why: 'ended' } as const
    expect(faults(seen(nothing, { answer: HTML, end }))).toEqual([
      { kind: 'refused', status: 403, type: 'text/html' },
    ])
    const page = { ...STREAM, headers: { 'content-type': 'text/html' } }
    expect(kinds(faults(seen(lateBy(0), { answer: page })))).toEqual(['refused'])
    const { answer: _none, ...broken } = seen(nothing, { end: { atMs: 100, why: 'failed' } })
    expect(faults(broken)).toEqual([{ kind: 'refused', status: undefined, type: undefined }])
    const poll = seen(nothing, { way: 'long-poll', answer: HTML, end })
    expect(kinds(faults(poll))).toEqual(['refused'])
  })

  it('[DR7] finds events that were changed', () => {
    expect(faults(seen(lateBy(0), { broken: 3 }))).toEqual([{ kind: 'changed', events: 3 }])
  })

  it('[DR4 DR5] doesn’t take the time between two polls for a lump', () => {
    const roundTripMs = 400
    const posts = postsWith(roundTripMs)
    const sent = posts.map(({ answeredAtMs, position }) => ({
      atMs: answeredAtMs,
      bytes: 0,
      version: position!.version,
    }))
    const answers = everyMs(roundTripMs)([{ ...OPENING, bytes: 0 }, ...sent])
    const polled = (way: Way, answer: Answer) => seen(() => answers, { way, answer })
    expect(faults(polled('long-poll', JSON_ANSWER), posts)).toEqual([])
    expect(kinds(faults(polled('stream', STREAM), posts))).toEqual(['lumped'])
  })
})
