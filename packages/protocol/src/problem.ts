import type { Json } from './json.js'

/** Every problem of the protocol, with its HTTP status and title. @see PROTOCOL.md §10 */
export const PROBLEMS = {
  'bad-room': { status: 400, title: 'The room name is not valid' },
  'bad-member-key': { status: 400, title: 'The member key is not valid' },
  'bad-name': { status: 400, title: 'The name is not valid' },
  'bad-color': { status: 400, title: 'The color is not valid' },
  'bad-parameter': { status: 400, title: 'A parameter is not valid' },
  'bad-json': { status: 400, title: 'The body is not JSON' },
  'bad-update': { status: 400, title: 'The document update is not valid' },
  unauthorized: { status: 401, title: 'The caller is not signed in' },
  forbidden: { status: 403, title: 'You may not do that here' },
  'other-user': { status: 403, title: 'Somebody else is signed in' },
  'no-version': { status: 404, title: 'There is no such version' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed' },
  'document-deleted': { status: 410, title: 'The document was deleted' },
  'document-lost': { status: 409, title: 'The document was lost' },
  'document-exists': { status: 409, title: 'The room has a document already' },
  'access-changed': { status: 409, title: 'Somebody else changed the access' },
  'room-full': { status: 409, title: 'The room is full' },
  locked: { status: 409, title: 'Somebody else holds the lock' },
  'too-many-locks': { status: 409, title: 'There are too many locks' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'too-many-requests': { status: 429, title: 'The caller sends too much' },
  internal: { status: 500, title: 'The server failed' },
  'document-full': { status: 507, title: 'The document is full' },
  'storage-full': { status: 507, title: 'The storage is full' },
  'store-failed': { status: 503, title: 'The document store failed' },
  'exchange-busy': { status: 503, title: 'The servers are busy' },
  'too-many-rooms': { status: 503, title: 'The server has too many rooms' },
  'too-many-connections': { status: 503, title: 'The server has too many connections' },
  'shutting-down': { status: 503, title: 'The server is shutting down' },
} as const

export type ProblemName = keyof typeof PROBLEMS

/** Why the server refuses an update of a document: `reason` in `bad-update`. @see PROTOCOL.md DO12 */
export type BadUpdateReason = 'malformed' | 'too-deep' | 'too-costly' | 'clock-taken' | 'pending'

const TYPE_PREFIX = 'urn:whereabouts:problem:'

/** The fields of a problem beyond those of RFC 9457. */
export type ProblemExtensions = { readonly [field: string]: Json }

/**
 * A problem of the protocol as an error; `JSON.stringify` returns its RFC 9457 object.
 *
 * @example {"type":"urn:whereabouts:problem:room-full","title":"The room is full","status":409,
 *   "detail":"…","watch":"/rooms/budget/events?watch=1"}
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly type: `${typeof TYPE_PREFIX}${ProblemName}`
  readonly title: string
  readonly status: number
  readonly extensions: ProblemExtensions

  /** @param detail what is wrong with this request, and what to do */
  constructor(
    readonly problem: ProblemName,
    readonly detail: string,
    extensions: ProblemExtensions = {},
  ) {
    super(detail)
    this.type = `${TYPE_PREFIX}${problem}`
    this.title = PROBLEMS[problem].title
    this.status = PROBLEMS[problem].status
    this.extensions = extensions
  }

  toJSON(): { readonly [field: string]: Json } {
    const { type, title, status, detail } = this
    return { ...this.extensions, type, title, status, detail }
  }

  /** Reads the output of `toJSON()`; returns `undefined` if it isn't a problem of this protocol. */
  static fromJSON(value: unknown): Problem | undefined {
    const fields = Object(value) as { readonly [field: string]: Json }
    const { type, title: _title, status: _status, detail, ...extensions } = fields
    if (typeof type !== 'string' || typeof detail !== 'string') return undefined
    if (!type.startsWith(TYPE_PREFIX)) return undefined
    const problem = type.slice(TYPE_PREFIX.length)
    if (!Object.hasOwn(PROBLEMS, problem)) return undefined
    return new Problem(problem as ProblemName, detail, extensions)
  }
}
