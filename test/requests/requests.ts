import { Doc, encodeStateAsUpdate } from 'yjs'
import { Random } from '../simulation/random.js'
import { bytesOf, type Draft } from './draft.js'
import { damaged, MUTATIONS } from './mutations.js'

/** Enough for rooms to meet, and too few to be a flood of rooms. */
const ROOMS = ['a', 'b', 'c', 'd']
const JSON_TYPE = 'content-type: application/json'
const BYTES_TYPE = 'content-type: application/octet-stream'
const UPDATE = updateOf('hello')

interface Call {
  readonly method: string
  /** Below `/rooms/{room}` if it doesn't start with a slash. */
  readonly path: string
  readonly type?: string
  readonly body?: Buffer
}

const CALLS: readonly Call[] = [
  { method: 'GET', path: 'events?member=k1' },
  { method: 'GET', path: 'events?view=list&watch=1&at=s1' },
  {
    method: 'POST',
    path: 'events',
    type: JSON_TYPE,
    body: Buffer.from('{"member":"k2","name":"Ann","color":"#e11d48","at":"s1","only":true}'),
  },
  {
    method: 'POST',
    path: 'location?member=k3&name=Bo',
    type: JSON_TYPE,
    body: Buffer.from('{"at":"s1","cell":[1,2]}'),
  },
  { method: 'POST', path: 'location', type: JSON_TYPE, body: Buffer.from('"é😀"') },
  { method: 'GET', path: 'location?at=s1&only=1' },
  { method: 'GET', path: 'location?since=x:1&waitMs=1' },
  {
    method: 'POST',
    path: 'changes?nonce=1',
    type: JSON_TYPE,
    body: Buffer.from('{"since":"x:1","waitMs":1,"only":true,"at":"s1"}'),
  },
  { method: 'POST', path: 'leave?member=k1&soon=1' },
  { method: 'GET', path: 'document?sv=AA' },
  { method: 'POST', path: 'document?incarnation=0', type: BYTES_TYPE, body: UPDATE },
  { method: 'POST', path: 'document/sync', type: BYTES_TYPE, body: Buffer.from([0]) },
  { method: 'DELETE', path: 'document' },
  { method: 'GET', path: 'access' },
  { method: 'POST', path: 'access', type: JSON_TYPE, body: Buffer.from('{"revision":0}') },
  {
    method: 'POST',
    path: 'access/offer',
    type: JSON_TYPE,
    body: Buffer.from('{"accept":true}'),
  },
  { method: 'GET', path: 'inspect' },
  { method: 'GET', path: '/rooms?after=a&limit=10' },
  { method: 'GET', path: '/rooms/mine?list=shared&text=a&after=1.a&limit=10' },
  { method: 'POST', path: '/rooms/mine', type: JSON_TYPE, body: Buffer.from('{"name":"é😀"}') },
  {
    method: 'POST',
    path: 'document/title',
    type: JSON_TYPE,
    body: Buffer.from('{"title":"é😀","kind":"page"}'),
  },
  { method: 'POST', path: 'mark', type: JSON_TYPE, body: Buffer.from('{"starred":true}') },
  { method: 'POST', path: 'trash', type: JSON_TYPE, body: Buffer.from('{"trashed":true}') },
  { method: 'POST', path: '/location?id=k4', type: JSON_TYPE, body: Buffer.from('1') },
  { method: 'GET', path: '/location/sse' },
  { method: 'GET', path: '/session' },
  { method: 'POST', path: '/session' },
  { method: 'GET', path: '/login?return=/x' },
  { method: 'POST', path: '/logout' },
  { method: 'GET', path: '/metrics' },
  { method: 'GET', path: '/openapi.json' },
  { method: 'GET', path: '/' },
]

/** What is written to one connection. */
export interface Mutated {
  readonly bytes: Buffer
  /** Whether the server has to answer without waiting for more. */
  readonly isWhole: boolean
  /** Whether no other request comes after it on the connection. */
  readonly isAlone: boolean
}

/**
 * Returns the mutated request of a seed, or several that are pipelined.
 *
 * @param headers what every caller of this server sends
 */
export function mutatedRequest(seed: number, headers: readonly string[]): Mutated {
  const random = new Random(seed)
  const count = random.chance(0.1) ? 2 + random.below(20) : 1
  const drafts = Array.from({ length: count }, () => mutatedDraft(random, headers))
  const bytes = Buffer.concat(drafts.map(bytesOf))
  const isWhole = drafts.every((draft) => draft.isWhole)
  const isAlone = count === 1
  if (random.chance(0.9)) return { bytes, isWhole, isAlone }
  const changed = random.chance(0.5)
    ? bytes.subarray(0, random.below(bytes.length))
    : damaged(bytes, random)
  // What is changed anywhere may have become several requests.
  return { bytes: changed, isWhole: false, isAlone: false }
}

function mutatedDraft(random: Random, headers: readonly string[]): Draft {
  const { method, path, type, body = Buffer.alloc(0) } = random.pick(CALLS)
  const draft: Draft = {
    method,
    target: path.startsWith('/') ? path : `/rooms/${random.pick(ROOMS)}/${path}`,
    version: 'HTTP/1.1',
    headers: ['host: localhost', ...headers, ...(type === undefined ? [] : [type])],
    framing: method === 'POST' ? [`content-length: ${body.length}`] : [],
    body,
    isWhole: true,
  }
  // Some stay as they are: a server that refuses everything must not pass.
  for (let count = random.below(4); count > 0; count--) {
    random.pick(random.pick(MUTATIONS))(draft, random)
  }
  return draft
}

function updateOf(text: string): Buffer {
  const doc = Object.assign(new Doc(), { clientID: 1 })
  doc.getText('text').insert(0, text)
  return Buffer.from(encodeStateAsUpdate(doc))
}
