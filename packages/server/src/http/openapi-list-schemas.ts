import { ref } from './openapi-ref.js'

/** The shapes of what the calls of lists take and answer. @see PROTOCOL.md HM1 */
export const LIST_SCHEMAS = {
  ListedDocuments: {
    type: 'object',
    required: ['documents'],
    properties: {
      documents: { type: 'array', items: ref('ListedDocument') },
      next: { type: 'string', description: 'The list goes on there; at its end without it' },
      folders: {
        type: 'array',
        items: ref('Folder'),
        description: 'Those of the caller, in the first page',
      },
      isKept: { const: false, description: 'The server keeps no lists' },
    },
  },
  ListedDocument: {
    type: 'object',
    required: ['room', 'createdAtMs', 'updatedAtMs'],
    properties: {
      room: { type: 'string' },
      title: { type: 'string' },
      kind: { type: 'string', description: 'What it is, such as `sheet`' },
      createdAtMs: { type: 'integer', description: 'In ms since 1970' },
      updatedAtMs: { type: 'integer', description: 'In ms since 1970' },
      own: { const: true, description: 'The caller owns it' },
      starred: { const: true },
      folder: { type: 'string', description: 'The id of the caller’s folder that it is in' },
      trashedAtMs: { type: 'integer', description: 'When it was put into the trash' },
      deletedFromMs: { type: 'integer', description: 'When it is deleted, unless it is used' },
    },
  },
  Folder: {
    type: 'object',
    required: ['id', 'name'],
    properties: { id: { type: 'string' }, name: { type: 'string' } },
  },
  FolderChange: {
    type: 'object',
    required: ['name'],
    properties: {
      folder: { type: 'string', description: 'Its id; without it, a new folder is made' },
      name: { type: ['string', 'null'], description: '1 to 100 characters; `null` removes it' },
    },
  },
  ChangedFolder: {
    type: 'object',
    required: ['folder'],
    properties: { folder: { type: 'string', description: 'Its id' } },
  },
  DocumentTitle: {
    type: 'object',
    required: ['title'],
    properties: {
      title: { type: ['string', 'null'], description: '1 to 100 characters' },
      kind: { type: 'string', pattern: '^[a-z0-9-]{1,32}$' },
    },
  },
  DocumentMark: {
    type: 'object',
    properties: {
      starred: { type: 'boolean' },
      hidden: { type: 'boolean', description: 'Whether it isn’t listed as shared' },
      folder: { type: ['string', 'null'], description: 'The id of a folder; `null` for none' },
    },
  },
  DocumentTrash: {
    type: 'object',
    required: ['trashed'],
    properties: { trashed: { type: 'boolean' } },
  },
} as const
