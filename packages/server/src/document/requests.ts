import { createHash } from 'node:crypto'
import type { Request } from './messages.js'

/** The size of a read in the queue; its actual cost isn't known in advance. */
export const READ_BYTES = 65_536
/** The queue of requests that belong to no room. */
export const NO_ROOM = ''
/** The queue of questions that calls are decided by. No room is called so, so no thread is isolated with it. */
const DECISIONS = '?'

const DECIDING: ReadonlySet<Request['call']> = new Set(['standings', 'linked'])

/** What the queue of a user's lists begins with. No room is called so either. */
const LISTS = '@'

/** The calls about what a user has, whose first argument is the user. */
const OF_USER = ['mark', 'folders', 'addFolder', 'renameFolder', 'removeFolder', 'place'] as const

type OfUser = Extract<Request, { readonly call: (typeof OF_USER)[number] }>

function isOfUser(request: Request): request is OfUser {
  return OF_USER.some((call) => call === request.call)
}

export function roomOf(request: Request): string {
  if (DECIDING.has(request.call)) return DECISIONS
  if (request.call === 'listOf') return LISTS + request.args[0].userId
  if (isOfUser(request)) return LISTS + request.args[0]
  if (request.call === 'label') return request.args[0]
  return 'roomName' in request ? request.roomName : NO_ROOM
}

/** The server's own requests, few at a time, which are never refused because of high load. */
const OWN: ReadonlySet<Request['call']> = new Set([
  ...DECIDING,
  'check',
  'close',
  'compact',
  'count',
  'learn',
  'note',
  'release',
  'told',
  'trashed',
  'uncompacted',
  'untold',
  'wrote',
])

/** Returns whether the request comes from a client, which can retry it. */
export function isFromClient({ call }: Request): boolean {
  return !OWN.has(call)
}

/** Returns whether the request is an update that another node accepted. */
export function isRemoteUpdate(request: Request): request is Request & { readonly call: 'learn' } {
  return request.call === 'learn' && request.bytes !== undefined
}

/** The server's own requests: while one waits, the same request again gets the same answer. */
const COALESCED: ReadonlySet<Request['call']> = new Set([
  'check',
  'count',
  'learn',
  'note',
  'release',
  'untold',
])

export function isCoalesced(request: Request): boolean {
  return COALESCED.has(request.call) && !isRemoteUpdate(request)
}

/** A request that reads a document, and changes nothing. */
export type Read = Extract<Request, { readonly call: 'read' | 'sync' }>

export function isRead(request: Request): request is Read {
  return request.call === 'read' || request.call === 'sync'
}

/** Returns a text that only reads with the same answer have. */
export function keyOfRead({ call, roomName, incarnation, stateVector, isFresh }: Read): string {
  const vector =
    stateVector === undefined ? '' : createHash('sha256').update(stateVector).digest('base64')
  return `${roomName} ${incarnation ?? ''} ${call} ${isFresh} ${vector}`
}

export function weightOf(request: Request): number {
  if (isRead(request)) return READ_BYTES + (request.stateVector?.byteLength ?? 0)
  return 'bytes' in request ? (request.bytes?.byteLength ?? 0) : 0
}
