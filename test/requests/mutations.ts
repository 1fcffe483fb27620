import type { Random } from '../simulation/random.js'
import { type Draft, rawBytes } from './draft.js'

/** Changes a request in one way. */
export type Mutation = (draft: Draft, random: Random) => void

const LONG = 'x'.repeat(20_000)

const METHODS = ['get', 'BREW', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', '', '\0']
const VERSIONS = [
  'HTTP/1.0',
  'HTTP/0.9',
  'HTTP/2.0',
  'HTTP/9',
  'HTTP/1.1 x',
  '',
  'http/1.1',
  'ICE/1.0',
]
const TARGETS = [
  '*',
  '',
  '//',
  'http://h/rooms/a/location',
  '/rooms/%00/location',
  '/rooms/%ff/document',
  '/rooms/__proto__/location',
  '/rooms/a b/location',
  '/rooms/\0/location',
  `/rooms/${LONG}/location`,
  `/rooms/a/location?${LONG}`,
  `/rooms/a/location?${'a&'.repeat(5_000)}`,
  '/rooms/a/location?since=%',
  '/rooms/a/events?member[]=a&member[x]=b',
  '/rooms/a/events?lastEventId=x:99999999999999999999',
  '/login?return=//evil.example',
  '/login?return=%0d%0aset-cookie:x',
]

const requestLines: readonly Mutation[] = [
  (draft, random) => (draft.method = random.pick(METHODS)),
  (draft, random) => (draft.version = random.pick(VERSIONS)),
  (draft, random) => (draft.target = random.pick(TARGETS)),
  (draft) => (draft.method = `\r\n\r\n${draft.method}`),
  (draft) => {
    // HTTP/2 begins so, and Node waits for the rest of its preface.
    draft.method = 'PRI'
    draft.isWhole = false
  },
]

const HEADERS = [
  `x-long: ${LONG}`,
  `cookie: ${'a=b; '.repeat(3_000)}`,
  'x-nul: a\0b',
  'x-folded: a\r\n b\r\n\tc',
  'x-bare: a\nx-other: b',
  'x-return: a\rb',
  'x space: a',
  'x-space : a',
  'no colon',
  ': no name',
  'x-latin: \xe9\xff',
  'host: other',
  'host:',
  'expect: 100-continue',
  'expect: the worst',
  'connection: upgrade\r\nupgrade: websocket',
  'connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk',
  'connection: keep-alive',
  'content-encoding: gzip',
  'accept-encoding: gzip;q=x, *;q=9',
  'origin: https://evil.example',
  'origin: null',
  'sec-fetch-site: cross-site',
  'x-forwarded-for: 1.2.3.4, \0, [::1]:x',
  'x-forwarded-host: evil.example',
  'forwarded: for=_x;host="',
  'last-event-id: \xf0:-1',
  'authorization: Bearer',
  'authorization: Bearer a.b.c',
  'authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.',
  `authorization: Bearer ${LONG.slice(0, 9_000)}`,
  'authorization: Basic YTpi',
  'cookie: whereabouts=%; __Host-whereabouts-session=x; __proto__=y',
  'whereabouts-member: \x7f',
  'range: bytes=0-0,-1',
  'if-none-match: "',
  'idempotency-key: \xff',
]

const headers: readonly Mutation[] = [
  (draft, random) => void draft.headers.unshift(random.pick(HEADERS)),
  (draft, random) => void draft.headers.push(random.pick(HEADERS)),
  (draft, random) => void draft.headers.push(random.pick([...draft.headers, 'host: twice'])),
  (draft, random) => void draft.headers.splice(random.below(draft.headers.length), 1),
  (draft, random) => {
    const many = Array.from({ length: random.pick([50, 500, 3_000]) }, (_, at) => `h${at}: ${at}`)
    draft.headers.push(...many)
  },
  (draft, random) => {
    const at = random.below(draft.headers.length)
    const line = draft.headers[at] ?? 'host: cut'
    draft.headers[at] = line.slice(0, random.below(line.length))
  },
]

const LENGTHS = [
  '-1',
  '+1',
  '0x10',
  '1e3',
  '',
  ' ',
  '1, 1',
  '1\r\ncontent-length: 2',
  '9'.repeat(30),
  '18446744073709551617',
  '0',
  '1',
  '1000',
  '999999999',
]
const CODINGS = [
  'chunked',
  'Chunked',
  'gzip',
  'xchunked',
  'chunked, chunked',
  'chunked, identity',
  'identity',
  'chunked\r\ntransfer-encoding: chunked',
  '\x0bchunked',
  '',
]
const CHUNKS = [
  '5;a=b\r\nhello\r\n0\r\n\r\n',
  `5;${LONG}\r\nhello\r\n0\r\n\r\n`,
  `1;${'x'.repeat(100)}\r\na\r\n`.repeat(300),
  '5\r\nhello\r\n0\r\nx-trailer: a\r\ncontent-length: 9\r\n\r\n',
  `5\r\nhello\r\n0\r\nx-trailer: ${LONG}\r\n\r\n`,
  '-1\r\nx\r\n0\r\n\r\n',
  'g\r\nx\r\n0\r\n\r\n',
  'ffffffffffffffff\r\nx\r\n',
  'fffffffffffffffff\r\nx\r\n',
  '5\r\nhello0\r\n\r\n',
  '5\nhello\n0\n\n',
  '\r\n\r\n',
]

const lengths: readonly Mutation[] = [
  (draft, random) => (draft.framing = [`content-length: ${random.pick(LENGTHS)}`]),
  (draft, random) => (draft.framing = [`transfer-encoding: ${random.pick(CODINGS)}`]),
  // Both at once is how a request is smuggled past a proxy.
  (draft, random) => void draft.framing.push(`transfer-encoding: ${random.pick(CODINGS)}`),
  (draft, random) => {
    draft.framing = ['transfer-encoding: chunked']
    draft.body = rawBytes(random.pick(CHUNKS))
  },
  (draft) => (draft.framing = []),
]

const framings = lengths.map((mutate): Mutation => (draft, random) => {
  mutate(draft, random)
  // The server may wait for the rest of such a body.
  draft.isWhole = false
})

const BODIES = [
  '',
  ' ',
  '{',
  '{"a":1,}',
  '\ufeff1',
  '[1e999]',
  `[${'9'.repeat(5_000)}]`,
  '"\\ud800"',
  '"\0"',
  'nul',
  '{"__proto__":{"x":1},"constructor":{"prototype":1}}',
  `{"member":5,"name":[],"watch":"x","at":{}}`,
  '{"member":null,"lastEventId":[["x"]],"view":{"list":1},"only":2}',
  '{"member":"a","member":"b"}',
  '[]',
  'null',
  '"text"',
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  '['.repeat(8_000),
  `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`,
  `"${'x'.repeat(200_000)}"`,
].map((text) => Buffer.from(text))
const BYTES = [
  Buffer.from([0xff, 0xfe, 0x22, 0xc3, 0x28, 0x22]),
  Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
  Buffer.from([0x22, 0xf8, 0x88, 0x80, 0x80, 0x80, 0x22]),
  Buffer.alloc(100, 0xff),
  Buffer.alloc(9_000),
]
const TYPES = [
  'application/json',
  'application/octet-stream',
  'application/json; charset=utf-16',
  'application/json; charset="',
  'application/problem+json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  '/',
  '',
]

const bodies: readonly Mutation[] = [
  (draft, random) => setBody(draft, random.pick([...BODIES, ...BYTES])),
  (draft, random) => setBody(draft, damaged(draft.body, random)),
  (draft, random) => {
    draft.headers = draft.headers.filter((line) => !line.startsWith('content-type'))
    draft.headers.push(`content-type: ${random.pick(TYPES)}`)
  },
]

/** All ways of changing a request, each kind as likely as another. */
export const MUTATIONS: readonly (readonly Mutation[])[] = [
  requestLines,
  headers,
  framings,
  bodies,
  bodies,
]

function setBody(draft: Draft, body: Buffer): void {
  draft.body = body
  draft.framing = [`content-length: ${body.length}`]
}

/** Returns bytes of which some are changed, removed or repeated. */
export function damaged(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1)
  const length = random.below(8)
  const inserted = Buffer.from(Array.from({ length: random.below(8) }, () => random.below(256)))
  const repeated = random.chance(0.1) ? bytes.subarray(0, at) : Buffer.alloc(0)
  return Buffer.concat([bytes.subarray(0, at), inserted, repeated, bytes.subarray(at + length)])
}
