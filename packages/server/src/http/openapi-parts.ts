import { ref } from './openapi-ref.js'

export const room = {
  name: 'room',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^(comments~)?[A-Za-z0-9._:~-]{1,128}$' },
}
export const query = (name: string, description: string, schema: object = { type: 'string' }) => ({
  name,
  in: 'query',
  description,
  schema,
})
export const version = query('protocol', 'The protocol version of the caller; 1 if omitted', {
  const: 1,
})
export const json = (description: string, schema: object) => ({
  description,
  content: { 'application/json': { schema } },
})
export const text = (description: string, type: string) => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
})

export const problem = {
  description: 'A problem (RFC 9457) that says what to do',
  content: { 'application/problem+json': { schema: ref('Problem') } },
}
export const update = (description: string) => ({
  description,
  content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
})
