import { ACTIONS, LINK_ROLES } from '@whereabouts/protocol'
import { LIST_SCHEMAS } from './openapi-list-schemas.js'
import { ref } from './openapi-ref.js'
import { MOST_SUBSCRIPTIONS } from './subscriptions.js'

/** The shapes of what the calls take and answer. @see PROTOCOL.md §17 */
export const SCHEMAS = {
  User: {
    type: 'object',
    required: ['id', 'name', 'color'],
    properties: {
      id: { type: 'string' },
      name: { type: 'string' },
      color: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$' },
      avatar: { type: 'string', format: 'uri', maxLength: 2_048 },
      meta: { description: 'Any JSON value that the application says of the user' },
    },
  },
  Member: {
    type: 'object',
    required: ['id', 'user', 'location', 'status'],
    properties: {
      id: { type: 'string' },
      user: ref('User'),
      location: { description: 'Any JSON value; null for nowhere' },
      status: { enum: ['online', 'away'] },
    },
  },
  Room: {
    type: 'object',
    required: ['id', 'members', 'watching'],
    properties: {
      id: { type: 'string' },
      can: ref('Actions'),
      members: { type: 'array', items: ref('Member') },
      watching: { type: 'integer' },
      elsewhere: ref('Elsewhere'),
      broadcast: { type: 'integer', description: 'The number of the last broadcast' },
      locks: {
        type: 'object',
        description: 'Who holds which key',
        additionalProperties: ref('Lock'),
      },
      resync: ref('Resync'),
    },
  },
  Inspection: {
    type: 'object',
    required: ['id', 'members', 'watching', 'readers'],
    properties: {
      id: { type: 'string' },
      members: { type: 'array', items: ref('InspectedMember') },
      watching: { type: 'integer' },
      readers: { type: 'array', items: ref('InspectedReader') },
      unlisted: { type: 'integer', description: 'How many readers there are besides' },
      nodes: { type: 'array', items: { type: 'string' } },
      silent: { type: 'array', items: { type: 'string' } },
      isAlone: { const: true },
    },
  },
  InspectedMember: {
    allOf: [
      ref('Member'),
      {
        type: 'object',
        properties: {
          promisedMs: { type: 'integer' },
          polls: { const: true },
          latency: {
            type: 'object',
            required: ['tookMs', 'agoMs'],
            properties: { tookMs: { type: 'integer' }, agoMs: { type: 'integer' } },
          },
        },
      },
    ],
  },
  InspectedReader: {
    type: 'object',
    required: ['transport', 'members', 'view', 'document'],
    properties: {
      node: { type: 'string' },
      transport: { enum: ['stream', 'post-stream', 'shared-stream', 'long-poll', 'process'] },
      members: { type: 'array', items: { type: 'string' } },
      view: { enum: ['patch', 'list'] },
      document: { type: 'boolean' },
      part: { type: 'string' },
      id: { type: 'string', description: 'The position up to which events were written' },
      behind: { type: 'integer' },
      isUndrained: { const: true },
    },
  },
  Change: {
    type: 'object',
    required: ['id', 'patch'],
    properties: {
      id: { type: 'string' },
      can: ref('Actions'),
      patch: ref('Patch'),
      broadcasts: { type: 'array', items: ref('Broadcast') },
      document: { type: 'string', contentEncoding: 'base64' },
      resync: ref('Resync'),
    },
  },
  Streams: {
    type: 'object',
    required: ['subscriptions'],
    properties: {
      subscriptions: {
        type: 'array',
        minItems: 1,
        maxItems: MOST_SUBSCRIPTIONS,
        items: ref('Subscription'),
      },
      poll: { type: 'boolean', description: 'Whether to answer once a room has news' },
      waitMs: { type: 'integer', minimum: 0, maximum: 30_000 },
    },
  },
  Subscription: {
    type: 'object',
    required: ['key', 'room'],
    properties: {
      key: { type: 'string', description: 'What the event `on` calls it' },
      room: { type: 'string' },
      members: {
        type: 'array',
        description: 'The keys of the members that join; without any, it watches',
        items: { oneOf: [{ type: 'string' }, ref('SubscribedMember')] },
      },
      since: { type: 'string', description: 'A position to resume from' },
      document: { type: 'boolean', default: true },
      at: { type: 'string', description: 'The part of the document that its members are in' },
      only: { type: 'boolean', description: 'Whether to show only that part' },
      name: { type: 'string' },
      color: { type: 'string' },
      nextWithinMs: { type: 'integer', minimum: 1, maximum: 90_000 },
      polls: { type: 'boolean', default: false },
    },
  },
  SubscribedMember: {
    type: 'object',
    required: ['member'],
    properties: {
      member: { type: 'string', description: 'The member key' },
      name: { type: 'string' },
      color: { type: 'string' },
      at: { type: 'string' },
      nextWithinMs: { type: 'integer', minimum: 1, maximum: 90_000 },
      polls: { type: 'boolean', default: false },
    },
  },
  RoomsNews: {
    type: 'object',
    required: ['subscriptions'],
    properties: {
      subscriptions: {
        type: 'array',
        items: { oneOf: [ref('RoomNews'), ref('RoomRefused')] },
      },
    },
  },
  RoomNews: {
    allOf: [
      { type: 'object', required: ['key'], properties: { key: { type: 'string' } } },
      { oneOf: [ref('Room'), ref('Change')] },
    ],
  },
  RoomRefused: {
    type: 'object',
    required: ['key', 'problem'],
    properties: { key: { type: 'string' }, problem: ref('Problem') },
  },
  Actions: {
    type: 'array',
    description: 'What the caller may do',
    items: { enum: ACTIONS },
  },
  AccessAnswer: {
    type: 'object',
    required: ['can'],
    properties: { can: ref('Actions'), access: ref('Access'), offer: ref('Offer') },
  },
  Offer: {
    type: 'object',
    description: 'The document is offered to the caller',
    properties: { from: { type: 'string', description: 'The id of the owner' } },
  },
  OfferAnswer: {
    type: 'object',
    required: ['accept'],
    properties: { accept: { type: 'boolean' } },
  },
  AccessChanged: {
    type: 'object',
    required: ['access'],
    properties: { access: ref('Access') },
  },
  Access: {
    type: 'object',
    required: ['revision'],
    properties: {
      revision: { type: 'integer' },
      owner: { type: 'string', description: 'The id of a user' },
      users: { type: 'object', additionalProperties: ref('SharedUser') },
      link: ref('LinkGives'),
      viewLink: { type: 'string', description: 'A room name that only reads' },
      offeredTo: {
        type: 'string',
        description: 'The id of the user whom the document is offered to',
      },
    },
  },
  AccessChange: {
    type: 'object',
    required: ['revision'],
    properties: {
      revision: { type: 'integer', description: 'The one that the change was made from' },
      users: {
        type: 'object',
        additionalProperties: { oneOf: [ref('SharedUser'), { type: 'null' }] },
      },
      link: ref('LinkGives'),
      viewLink: { type: 'boolean', description: 'Whether there is to be a view link' },
      offeredTo: {
        type: ['string', 'null'],
        description: 'The id of a user with a role; null takes the offer back',
        minLength: 1,
        maxLength: 255,
      },
    },
  },
  SharedUser: {
    type: 'object',
    required: ['role'],
    properties: { role: { enum: ['viewer', 'commenter', 'editor'] }, name: { type: 'string' } },
  },
  LinkGives: { enum: Object.keys(LINK_ROLES) },
  Elsewhere: {
    type: 'object',
    description: 'The number of members in each part of the document that is not shown',
    additionalProperties: { type: 'integer' },
  },
  ...LIST_SCHEMAS,
  Versions: {
    type: 'object',
    required: ['versions'],
    properties: {
      versions: { type: 'array', items: ref('Version') },
      isKept: { const: false, description: 'The server keeps no versions' },
    },
  },
  Version: {
    type: 'object',
    required: ['id', 'atMs', 'bytes', 'authors'],
    properties: {
      id: { type: 'integer' },
      atMs: { type: 'integer', description: 'When it was made, in ms since 1970' },
      bytes: { type: 'integer', description: 'What it takes in the store' },
      name: { type: 'string' },
      authors: {
        type: 'array',
        description: 'Who wrote since the version before',
        items: {
          type: 'object',
          properties: {
            id: { type: 'string', description: 'The id of the user' },
            name: { type: 'string' },
          },
        },
      },
    },
  },
  VersionName: {
    type: 'object',
    required: ['name'],
    properties: { name: { type: ['string', 'null'], minLength: 1 } },
  },
  Resync: {
    type: 'object',
    properties: { document: { const: true } },
  },
  Patch: {
    type: 'object',
    properties: {
      join: { type: 'array', items: ref('Member') },
      move: { type: 'object', additionalProperties: true },
      status: { type: 'object', additionalProperties: { enum: ['online', 'away'] } },
      leave: { type: 'array', items: { type: 'string' } },
      watching: { type: 'integer' },
      elsewhere: ref('Elsewhere'),
      broadcast: { type: 'integer', description: 'Broadcasts up to this number are missing' },
      locks: {
        type: 'object',
        description: 'Locks by key; null for one that was released',
        additionalProperties: { anyOf: [ref('Lock'), { type: 'null' }] },
      },
    },
  },
  Lock: {
    type: 'object',
    required: ['memberId', 'number'],
    properties: {
      memberId: { type: 'string', description: 'Who holds it' },
      number: { type: 'integer', description: 'Higher than that of any lock before' },
    },
  },
  Locked: {
    type: 'object',
    required: ['key', 'number', 'id'],
    properties: {
      key: { type: 'string' },
      number: { type: 'integer' },
      id: { type: 'string' },
    },
  },
  Unlocked: {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string' } },
  },
  Broadcast: {
    type: 'object',
    required: ['number', 'event'],
    properties: {
      number: { type: 'integer', description: 'Grows by one within an epoch' },
      from: { type: 'string', description: 'The id of the member that broadcasts it' },
      event: { description: 'Any JSON value' },
    },
  },
  Broadcasted: {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string' } },
  },
  Moved: {
    type: 'object',
    required: ['self', 'id'],
    properties: { self: { type: 'string' }, id: { type: 'string' } },
  },
  Confirmed: {
    type: 'object',
    required: ['self', 'id'],
    properties: { self: { type: ['string', 'null'] }, id: { type: 'string' } },
  },
  Updated: {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string' }, pending: { const: true } },
  },
  Documents: {
    type: 'object',
    required: ['rooms'],
    properties: {
      rooms: {
        type: 'array',
        items: {
          type: 'object',
          required: ['room', 'bytes', 'createdAtMs', 'updatedAtMs', 'usedAtMs', 'members'],
          properties: {
            room: { type: 'string' },
            bytes: { type: 'integer' },
            historyBytes: { type: 'integer', description: 'What its versions take' },
            createdAtMs: { type: 'integer' },
            updatedAtMs: { type: 'integer' },
            usedAtMs: { type: 'integer' },
            members: { type: 'integer' },
          },
        },
      },
    },
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'detail'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
    },
  },
} as const
