import { MOST_LISTED } from '../administration.js'
import { HISTORY_PATHS } from './openapi-history.js'
import { LIST_PATHS } from './openapi-lists.js'
import { json, problem, query, room, text, update, version } from './openapi-parts.js'
import { ref } from './openapi-ref.js'
import { SCHEMAS } from './openapi-schemas.js'

const member = query(
  'member',
  'The member key; if omitted, the header Whereabouts-Member or a cookie',
)
const user = [
  query('name', 'The name that others see'),
  query('color', '# and six hexadecimal digits'),
]
const presence = (isPromise: boolean) => [
  {
    ...query('nextWithinMs', 'Within what time the caller promises to say again that it is there', {
      type: 'integer',
      minimum: 1,
      maximum: 90_000,
    }),
    required: isPromise,
  },
  query('polls', 'Whether the caller also reads by long-poll', { enum: ['0', '1'] }),
]
const ofUser = {
  name: 'Whereabouts-User',
  in: 'header',
  description: 'The id of the user that the caller has to be, as encodeURIComponent writes it',
  schema: { type: 'string' },
}
const stream = text('Server-Sent Events', 'text/event-stream')
const location = { required: true, content: { 'application/json': { schema: {} } } }
const parts = [
  query('at', 'The part of the document that the caller is in', {
    type: 'string',
    pattern: '^[A-Za-z0-9._:~-]{1,64}$',
  }),
  query('only', 'Whether to show only that part', { enum: ['0', '1'] }),
]
const streaming = [
  member,
  ...user,
  query('view', 'The shape of the events', { enum: ['patch', 'list'], default: 'patch' }),
  query('watch', 'Whether to stream without joining', { enum: ['0', '1'] }),
  query('document', 'Whether the document is streamed', { enum: ['1', '0'], default: '1' }),
  query('lastEventId', 'The position to resume from'),
  ...presence(false),
  ...parts,
]
const lockKey = query('key', 'What is locked, in the words of the application', {
  type: 'string',
  pattern: '^[A-Za-z0-9._:~-]{1,128}$',
})
const namedLock = [
  query('lock', 'A lock that the caller has to hold, as `key;number`', {
    type: 'string',
    pattern: '^[A-Za-z0-9._:~-]{1,128};[0-9]{1,16}$',
  }),
  {
    name: 'Whereabouts-Lock',
    in: 'header',
    description: 'The same, without the parameter',
    schema: { type: 'string' },
  },
]
/** Which of the calls are served that an application may leave out. */
export interface ServedCalls {
  readonly article: boolean
  readonly streams: boolean
}

/**
 * Returns a description of the calls in OpenAPI 3.1.
 *
 * @param base the path that the calls are below, without a slash at its end
 * @see PROTOCOL.md HT8, HT30
 */
export function describeCalls({ article, streams }: ServedCalls, base: string): object {
  const servers = [{ url: base || '/' }]
  const paths = Object.entries(OPENAPI.paths).filter(([path]) => {
    if (path.startsWith('/location')) return article
    return path !== '/streams' || streams
  })
  return { ...OPENAPI, servers, paths: Object.fromEntries(paths) }
}

const polling = [
  query('since', 'A position'),
  query('waitMs', 'How long to wait for a change', {
    type: 'integer',
    minimum: 0,
    maximum: 30_000,
  }),
  query('document', 'Whether changes to the document count', {
    enum: ['1', '0'],
    default: '1',
  }),
  ...parts,
]

const changes = {
  200: json('The room, or the changes', { oneOf: [ref('Room'), ref('Change')] }),
  204: { description: 'Nothing changed' },
  default: problem,
}

const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'whereabouts',
    version: '0.1.0',
    description: 'Who is where in a shared document, live, over plain HTTP.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  paths: {
    '/rooms/{room}/events': {
      parameters: [room, version],
      get: {
        summary: 'Joins a room and streams it',
        parameters: streaming,
        responses: { 200: stream, default: problem },
      },
      post: {
        summary: 'Joins a room and streams it, as the answer to a POST',
        parameters: streaming,
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: { 200: stream, default: problem },
      },
    },
    '/streams': {
      parameters: [version],
      post: {
        summary: 'Streams several rooms, or waits until one of them has news',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: ref('Streams') } },
        },
        responses: {
          200: {
            description: 'Server-Sent Events; with `poll`, the rooms that have news',
            content: {
              'text/event-stream': { schema: { type: 'string' } },
              'application/json': { schema: ref('RoomsNews') },
            },
          },
          204: { description: 'Nothing changed; only with `poll`' },
          default: problem,
        },
      },
    },
    '/rooms/{room}/location': {
      parameters: [room, version],
      get: {
        summary: 'Returns the members and their locations, or the changes since a position',
        parameters: polling,
        responses: changes,
      },
      post: {
        summary: "Sets the caller's location; joins if needed",
        parameters: [member, ...user, ...presence(false), ...namedLock],
        requestBody: location,
        responses: { 200: json('Done', ref('Moved')), default: problem },
      },
    },
    '/rooms/{room}/changes': {
      parameters: [room, version],
      post: {
        summary: 'Returns the same as the answer to a POST, which no cache keeps',
        parameters: polling,
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: changes,
      },
    },
    '/rooms/{room}/document': {
      parameters: [room, version],
      get: {
        summary: 'Returns the document, or the part that the caller lacks, as a Yjs 13 update',
        parameters: [
          query('sv', "The caller's state vector, in base64url"),
          ofUser,
          query(
            'since',
            'A position of the room; the answer has at least the updates that readers had received by then',
          ),
        ],
        responses: { 200: update('An update'), default: problem },
      },
      post: {
        summary: 'Adds an update to the document',
        parameters: [
          {
            name: 'Idempotency-Key',
            in: 'header',
            description: 'Makes repeating the post idempotent',
            schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,128}$' },
          },
          ofUser,
          query('incarnation', 'Which document the update is for, as the answer to a sync says', {
            type: 'string',
            pattern: '^(\\.[0-9]{1,10}|[A-Za-z0-9_-]{1,32})$',
          }),
          query('owned', 'Whether that document was its user’s, in case the server has lost it', {
            enum: ['0', '1'],
            default: '0',
          }),
          ...namedLock,
        ],
        requestBody: { required: true, ...update('An update') },
        responses: { 200: json('The update is stored', ref('Updated')), default: problem },
      },
      delete: {
        summary: 'Deletes the document for good; the caller has to be allowed to `manage` the room',
        responses: { 204: { description: 'Deleted, or there was none' }, default: problem },
      },
    },
    '/rooms/{room}/document/sync': {
      parameters: [room, version],
      post: {
        summary:
          "Returns the server's state vector and an update with everything that the caller lacks",
        parameters: [
          query(
            'since',
            'A position of the room; the answer has at least the updates that readers had received by then',
          ),
        ],
        requestBody: { required: true, ...update("The caller's state vector; may be empty") },
        responses: {
          200: update(
            "The server's state vector, an update of Yjs 13 and the document's incarnation, each after its length",
          ),
          default: problem,
        },
      },
    },
    ...HISTORY_PATHS,
    '/rooms/{room}/confirm': {
      parameters: [room, version],
      post: {
        summary: 'Says that the caller is there; joins nobody',
        parameters: [
          member,
          ...presence(true),
          query('tookMs', 'How long the caller’s last confirmation took', {
            type: 'integer',
            minimum: 0,
            maximum: 90_000,
          }),
        ],
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: { 200: json('Noted', ref('Confirmed')), default: problem },
      },
    },
    '/rooms/{room}/broadcast': {
      parameters: [room, version],
      post: {
        summary: 'Sends an event to all readers; the caller has to be a member',
        parameters: [member, ...namedLock],
        requestBody: { required: true, content: { 'application/json': { schema: {} } } },
        responses: { 200: json('Sent', ref('Broadcasted')), default: problem },
      },
    },
    '/rooms/{room}/lock': {
      parameters: [room, version],
      post: {
        summary:
          'Locks a key for the caller, who has to be a member; parameters may be in the body',
        parameters: [member, lockKey],
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: { 200: json('The caller holds the lock', ref('Locked')), default: problem },
      },
    },
    '/rooms/{room}/unlock': {
      parameters: [room, version],
      post: {
        summary: 'Releases a lock of the caller; parameters may be in the body',
        parameters: [
          member,
          lockKey,
          query('number', 'The number of the lock', { type: 'integer', minimum: 0 }),
        ],
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: {
          200: json('The caller doesn’t hold the lock', ref('Unlocked')),
          default: problem,
        },
      },
    },
    '/rooms/{room}/leave': {
      parameters: [room, version],
      post: {
        summary: 'Leaves the room',
        parameters: [
          member,
          query('soon', 'Whether to leave in 2 s, unless a stream reconnects by then', {
            enum: ['0', '1'],
          }),
          query('self', 'The id of a member with the same key, if it isn’t that of the caller'),
        ],
        responses: { 204: { description: 'Done' }, default: problem },
      },
    },
    '/rooms': {
      get: {
        summary:
          'Lists documents in the order of their names; the caller has to be allowed to `manage` the room `*`',
        parameters: [
          version,
          query('after', 'The name after which the list begins'),
          query('limit', 'How many', {
            type: 'integer',
            minimum: 1,
            maximum: MOST_LISTED,
            default: 100,
          }),
        ],
        responses: { 200: json('The documents', ref('Documents')), default: problem },
      },
    },
    ...LIST_PATHS,
    '/rooms/{room}/access': {
      parameters: [room, version],
      get: {
        summary: 'Returns what the caller may do, and who else may, if the caller manages that',
        responses: { 200: json('What the caller may do', ref('AccessAnswer')), default: problem },
      },
      post: {
        summary: 'Changes who may do what; makes or ends the view link',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: ref('AccessChange') } },
        },
        responses: { 200: json('Done', ref('AccessChanged')), default: problem },
      },
    },
    '/rooms/{room}/access/offer': {
      parameters: [room, version],
      post: {
        summary: 'Accepts or refuses the document that is offered to the caller',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: ref('OfferAnswer') } },
        },
        responses: { 204: { description: 'Done' }, default: problem },
      },
    },
    '/rooms/{room}/inspect': {
      parameters: [room, version],
      get: {
        summary:
          'Returns how members and readers are doing; the caller has to be allowed to `manage` the room',
        responses: { 200: json('The room', ref('Inspection')), default: problem },
      },
    },
    '/location': {
      post: {
        summary: 'Sets the location of the caller in the room "default"',
        parameters: [version, query('id', 'The member key')],
        requestBody: location,
        responses: { 201: text('ok', 'text/plain'), default: problem },
      },
    },
    '/location/sse': {
      get: {
        summary: 'Streams the locations of all members of the room "default"',
        parameters: [version, query('id', 'The member key')],
        responses: { 200: stream, default: problem },
      },
    },
  },
  components: { schemas: SCHEMAS },
} as const
