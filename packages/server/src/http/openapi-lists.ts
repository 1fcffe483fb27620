import { LISTS } from '../document/lists.js'
import { MOST_ENTRIES, USUALLY_LISTED } from './list-calls.js'
import { json, problem, query, room, version } from './openapi-parts.js'
import { ref } from './openapi-ref.js'

const done = { 204: { description: 'Done' }, default: problem }
const body = (schema: string) => ({
  required: true,
  content: { 'application/json': { schema: ref(schema) } },
})

/** The calls of the lists of users. @see PROTOCOL.md HM1 */
export const LIST_PATHS = {
  '/rooms/mine': {
    get: {
      summary: 'Lists the caller’s documents, the last changed one first',
      parameters: [
        version,
        query('list', 'Which of its lists', { enum: LISTS, default: LISTS[0] }),
        query('folder', 'The id of the folder, with the list `folder`'),
        query('text', 'Only documents whose titles have this text'),
        query('after', 'Where the list goes on: the `next` of the page before'),
        query('limit', 'How many', {
          type: 'integer',
          minimum: 1,
          maximum: MOST_ENTRIES,
          default: USUALLY_LISTED,
        }),
      ],
      responses: { 200: json('The documents', ref('ListedDocuments')), default: problem },
    },
    post: {
      summary: 'Makes, renames or removes a folder of the caller; no document is removed',
      requestBody: body('FolderChange'),
      responses: { 200: json('The folder', ref('ChangedFolder')), default: problem },
    },
  },
  '/rooms/{room}/document/title': {
    parameters: [room, version],
    post: {
      summary: 'Says what the document is called and what it is, for lists; needs `write`',
      requestBody: body('DocumentTitle'),
      responses: done,
    },
  },
  '/rooms/{room}/mark': {
    parameters: [room, version],
    post: {
      summary:
        'Stars the document for the caller, leaves it out of what is shared, or puts it into a folder',
      requestBody: body('DocumentMark'),
      responses: done,
    },
  },
  '/rooms/{room}/trash': {
    parameters: [room, version],
    post: {
      summary:
        'Puts the document into the trash, or takes it out; the caller has to be allowed to `manage` the room',
      requestBody: body('DocumentTrash'),
      responses: done,
    },
  },
} as const
