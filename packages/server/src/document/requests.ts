import type { Request } from './messages.js'

/** How much of a thread's time a read is taken for, as nobody knows it before. */
const READ_BYTES = 65_536
/** For what is nobody's room. */
export const NO_ROOM = ''

export function roomOf(request: Request): string {
  return 'roomName' in request ? request.roomName : NO_ROOM
}

/** Whether somebody outside asks for it, who can be told to come back later. */
export function isCallers({ call }: Request): boolean {
  return call === 'update' || call === 'read' || call === 'sync'
}

/** Whether it is what another process took in. */
export function isNews(request: Request): request is Request & { readonly call: 'learn' } {
  return request.call === 'learn' && request.bytes !== undefined
}

/** What the server asks for itself, and is the same whoever asks and how often. */
const ONCE: ReadonlySet<Request['call']> = new Set([
  'check',
  'count',
  'learn',
  'note',
  'release',
  'untold',
])

export function isAskedOnce(request: Request): boolean {
  return ONCE.has(request.call) && !isNews(request)
}

export function weightOf(request: Request): number {
  if (request.call === 'read' || request.call === 'sync') {
    return READ_BYTES + (request.stateVector?.byteLength ?? 0)
  }
  return 'bytes' in request ? (request.bytes?.byteLength ?? 0) : 0
}
