import { describe, expect, it } from 'vitest'
import { WAYS } from '../attempted.js'
import { diagnose, type Examined } from './diagnosis.js'
import { reportOf } from './report.js'
import type { Answer, Asked, Posted, Rest, Seen, WaySeen } from './seen.js'

const NO_STORE = { 'cache-control': 'no-store' }

function asked(
  status: number,
  type: string,
  body: unknown,
  headers: Answer['headers'] = NO_STORE,
): Asked {
  const answer = { status, headers: { 'content-type': type, ...headers } }
  return { sentAtMs: 1_000, answeredAtMs: 1_010, answer, body }
}

const json = (body: unknown, headers?: Answer['headers']) =>
  asked(200, 'application/json; charset=utf-8', body, headers)
const problem = (status: number, name: string, headers?: Answer['headers']) =>
  asked(
    status,
    'application/problem+json',
    { type: `urn:whereabouts:problem:${name}`, detail: 'No.' },
    headers,
  )
const page = (status: number) => asked(status, 'text/html', [60])

const posted = (version: number, more: Partial<Posted> = {}): Posted => ({
  ...json({}),
  sentAtMs: 300 + version * 100,
  answeredAtMs: 310 + version * 100,
  position: { epoch: 'e', version },
  self: 'ann',
  ...more,
})

const POSTS = Array.from({ length: 10 }, (_, at) => posted(at + 1))

function way(name: WaySeen['way'], more: Partial<WaySeen> = {}): WaySeen {
  const type = name === 'long-poll' ? 'application/json' : 'text/event-stream'
  const opening = { atMs: 10, bytes: 300, positions: [] }
  const arrivals = POSTS.map(({ answeredAtMs, position }) => ({
    atMs: answeredAtMs + 2,
    bytes: 200,
    positions: [position!],
  }))
  return {
    way: name,
    askedAtMs: 0,
    answer: { status: 200, headers: { 'content-type': type } },
    arrivals: [opening, ...arrivals],
    broken: 0,
    end: { atMs: 4_700, why: 'stopped' },
    ...more,
  }
}

const REST: Rest = {
  endMs: 4_700,
  ways: WAYS.map((name) => way(name)),
  posts: POSTS,
  keyed: posted(0),
  again: json({ id: 'e:10', members: [] }),
  expected: { epoch: 'e', version: 10 },
  refused: problem(400, 'bad-json'),
  unserved: problem(405, 'method-not-allowed', { ...NO_STORE, allow: 'POST' }),
  synced: asked(200, 'application/octet-stream', [1, 0, 2, 0, 0, 2, 46, 48]),
  isOwnRoom: true,
}

const SEEN: Seen = {
  url: 'https://docs.example.com',
  httpVersion: 'h2',
  clockAheadMs: 300,
  first: json({ id: 'e:0', members: [] }),
  rest: REST,
}

function examined(rest: Partial<Rest>, seen: Partial<Seen> = {}): Examined {
  const diagnosis = diagnose({ ...SEEN, ...seen, rest: { ...REST, ...rest } })
  if (diagnosis.state === 'unreachable') throw new Error(diagnosis.reason)
  return diagnosis
}

const found = (rest: Partial<Rest>, seen: Partial<Seen> = {}) =>
  examined(rest, seen).findings.map(({ kind, weight }) => `${kind}, ${weight}`)

describe('diagnose', () => {
  it('[DR11 DR12] finds nothing on a plain way, and says how long it is', () => {
    expect(diagnose(SEEN)).toMatchObject({
      state: 'well',
      findings: [],
      advice: [],
      proxies: [],
      httpVersion: 'h2',
      roundTripMs: 10,
      best: 'stream',
      ways: { stream: { lateMs: 2 }, 'post-stream': { lateMs: 2 }, 'long-poll': { lateMs: 2 } },
    })
  })

  it('[DR8] finds a read that is older than a post before it, or that has an age', () => {
    expect(found({ again: json({ id: 'e:9', members: [] }) })).toEqual(['cached, trouble'])
    const old = json({ id: 'e:10', members: [] }, { ...NO_STORE, age: '3' })
    expect(found({ again: old })).toEqual(['cached, trouble'])
    expect(found({ again: json({ id: 'e:11', members: [] }) })).toEqual([])
  })

  it('[DR9] finds answers that were replaced', () => {
    const { position: _none, self: _nobody, ...replaced } = posted(1)
    expect(found({ posts: [{ ...replaced, ...page(200) }, ...POSTS] })).toEqual([
      'replaced, trouble',
    ])
    expect(found({ refused: page(400) })).toEqual(['replaced, trouble'])
    expect(found({ refused: json({}) })).toEqual(['replaced, trouble'])
    expect(found({ unserved: page(405) })).toEqual(['replaced, trouble'])
    expect(found({ synced: page(403) })).toEqual(['replaced, trouble'])
    const other = asked(200, 'application/octet-stream', [1, 0])
    expect(found({ synced: other })).toEqual(['replaced, trouble'])
    expect(found({ synced: other, isOwnRoom: false })).toEqual([])
  })

  it('[DR9] finds posts that aren’t answered, and forgives the last ones', () => {
    const lost: Posted = { sentAtMs: 4_300, answeredAtMs: 4_400, failure: 'reset' }
    expect(found({ posts: [...POSTS, lost] })).toEqual([])
    expect(found({ posts: [posted(1), lost, lost, lost] })).toEqual(['unanswered, trouble'])
  })

  it('[DR10] finds headers that were stripped', () => {
    expect(found({ keyed: posted(0, { self: 'bob' }) })).toEqual(['stripped, trouble'])
    expect(found({ again: json({ id: 'e:10', members: [] }, {}) })).toEqual(['stripped, trouble'])
    expect(found({ unserved: problem(405, 'method-not-allowed') })).toEqual(['stripped, trouble'])
  })

  it('[DR11] finds HTTP/1.1, another clock, and servers that share no rooms', () => {
    expect(found({}, { httpVersion: 'http/1.1' })).toEqual(['http1, note'])
    expect(found({}, { httpVersion: undefined })).toEqual([])
    expect(found({}, { clockAheadMs: -4_900 })).toEqual([])
    expect(found({}, { clockAheadMs: -5_100 })).toEqual(['clock, note'])
    const elsewhere = posted(1, { position: { epoch: 'f', version: 1 } })
    expect(found({ posts: [elsewhere, ...POSTS] })).toEqual(['split, trouble'])
  })

  it('[DR6 DR7 DR12] notes what nobody notices', () => {
    const long = way('stream', { end: { atMs: 60_000, why: 'ended' } })
    expect(found({ ways: [long, way('post-stream'), way('long-poll')] })).toEqual(['cut, note'])
    const brotli = { 'content-type': 'text/event-stream', 'content-encoding': 'br' }
    const packed = way('stream', { answer: { status: 200, headers: brotli } })
    const both = examined({ ways: [packed, way('post-stream'), way('long-poll')] })
    expect(both).toMatchObject({ state: 'well', findings: [{ kind: 'compressed' }] })
  })

  it('[DR2] says what the server refuses, and nothing else about its answers', () => {
    const {
      position: _none,
      self: _nobody,
      ...denied
    } = { ...posted(0), ...problem(403, 'forbidden') }
    const rest = { keyed: denied, posts: [], refused: problem(403, 'forbidden'), ways: [] }
    const diagnosis = examined({ ...rest, ways: WAYS.map((name) => way(name)) })
    expect(diagnosis.findings).toMatchObject([{ kind: 'forbidden', weight: 'trouble' }])
    expect(diagnosis.findings[0]!.text).toContain('No.')
    expect(diagnosis).not.toHaveProperty('best')
    expect(reportOf(diagnosis)).toMatch(/Nothing is known of events/)
  })

  it('[DR9] takes a problem of the server for an answer of its own', () => {
    const { position: _none, self: _nobody, ...busy } = posted(1)
    const refused = { ...busy, ...problem(429, 'too-many-requests') }
    expect(found({ posts: [refused, ...POSTS] })).toEqual([])
  })

  it('[DR13] says why the server can’t be examined', () => {
    const reason = (first: Asked) => {
      const diagnosis = diagnose({ ...SEEN, first, rest: undefined })
      return diagnosis.state === 'unreachable' ? diagnosis.reason : ''
    }
    expect(reason({ sentAtMs: 0, answeredAtMs: 9, failure: 'connect ECONNREFUSED' })).toMatch(
      /can’t be reached: connect ECONNREFUSED/,
    )
    expect(reason(problem(401, 'unauthorized'))).toMatch(/asks who is calling: add --header/)
    expect(reason(problem(403, 'forbidden'))).toMatch(/refuses this caller: No\./)
    expect(reason(page(200))).toMatch(/something else answers .* 200 with text\/html/)
  })
})

describe('the advice', () => {
  const held = { ways: [way('stream', { arrivals: [] }), way('post-stream'), way('long-poll')] }
  const from = (headers: Answer['headers']) =>
    examined(held, { first: json({ id: 'e:0', members: [] }, headers) })

  it.each([
    ['nginx', { server: 'nginx/1.22.1' }, ['proxy_buffering off;']],
    ['Apache', { server: 'Apache/2.4.57 (Debian)' }, [/flushpackets=on$/]],
    ['Caddy', { server: 'Caddy' }, ['flush_interval -1']],
    ['Varnish', { 'x-varnish': '32770 3' }, ['set beresp.do_stream = true;']],
    ['Azure Application Gateway', { server: 'Microsoft-Azure-Application-Gateway/v2' }, [/off$/]],
  ])('[DR12] is for the proxy that the answers name: %s', (name, headers, lines) => {
    const { proxies, advice } = from(headers)
    expect(proxies).toEqual([name])
    expect(advice).toMatchObject([{ proxy: name }])
    const said = advice[0]!.lines
    expect(said).toEqual(
      lines.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))),
    )
  })

  it('[DR12] names two proxies, of which one has nothing to set', () => {
    const { proxies, advice } = from({ server: 'nginx', via: '1.1 cache.example.com (squid/5.7)' })
    expect(proxies).toEqual(['nginx', 'Squid'])
    expect(advice.map(({ proxy }) => proxy)).toEqual(['nginx'])
  })

  it('[DR12] is for those that never name themselves if none is named', () => {
    const { proxies, advice } = from({})
    expect(proxies).toEqual([])
    expect(advice.map(({ proxy }) => proxy)).toEqual(['Traefik'])
  })
})

describe('reportOf', () => {
  it('[DR12] says in plain words what was found, and what to write where', () => {
    const arrivals = [{ atMs: 10, bytes: 300, positions: [] }]
    const first = json({ id: 'e:0', members: [] }, { ...NO_STORE, server: 'nginx/1.22.1' })
    const report = reportOf(
      examined(
        { ways: [way('stream', { arrivals }), way('post-stream'), way('long-poll')] },
        { first },
      ),
    )
    expect(report).toBe(`https://docs.example.com, watched for 4.7 s

  HTTP                    h2
  Round trip              10 ms
  Proxies that are named  nginx
  Stream (GET)            held back: after 300 bytes nothing came in 4.7 s
  Stream (POST)           works, 2 ms after the answer to a post
  Long-poll               works, 2 ms after the answer to a post

Clients get events by the stream as the answer to a POST.

Trouble:
  - The stream is held back: after 300 bytes nothing came in 4.7 s.

For nginx (“nginx” in docs/how-to/proxy.md):

    proxy_buffering off;
`)
  })

  it('[DR12] is short where all is well', () => {
    expect(reportOf(diagnose(SEEN))).toMatch(/Nothing on the way disturbs it\.\n$/)
  })
})
