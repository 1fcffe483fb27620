import { MOST_VERSIONS } from './history-calls.js'
import { json, problem, query, room, update, version } from './openapi-parts.js'
import { ref } from './openapi-ref.js'

const versionName = {
  required: true,
  content: { 'application/json': { schema: ref('VersionName') } },
}

/** The calls of the versions of documents. @see PROTOCOL.md HY6 */
export const HISTORY_PATHS = {
  '/rooms/{room}/document/versions': {
    parameters: [room, version],
    get: {
      summary: 'Lists the versions of the document, the last one first; needs `write`',
      parameters: [
        query('before', 'Only versions before the one with this id', { type: 'integer' }),
        query('limit', 'How many', {
          type: 'integer',
          minimum: 1,
          maximum: MOST_VERSIONS,
          default: 100,
        }),
      ],
      responses: { 200: json('The versions', ref('Versions')), default: problem },
    },
    post: {
      summary: 'Makes a version of the present state that has a name',
      requestBody: versionName,
      responses: { 200: json('The version', ref('Version')), default: problem },
    },
  },
  '/rooms/{room}/document/version': {
    parameters: [
      room,
      version,
      { ...query('id', 'The id of the version', { type: 'integer' }), required: true },
    ],
    get: {
      summary: 'Returns the document as it was, as a Yjs 13 update; needs `write`',
      responses: { 200: update('An update'), default: problem },
    },
    post: {
      summary: 'Names the version; `null` removes the name',
      requestBody: versionName,
      responses: { 204: { description: 'Done' }, default: problem },
    },
    delete: {
      summary: 'Deletes the version for good; the caller has to be allowed to `manage` the room',
      responses: { 204: { description: 'Deleted, or there was none' }, default: problem },
    },
  },
} as const
