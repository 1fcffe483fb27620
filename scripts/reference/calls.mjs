import { table } from './table.mjs'

/**
 * The parts of an OpenAPI document that this script reads.
 *
 * @typedef {{ type?: string, pattern?: string, enum?: readonly string[], default?: string,
 *   minimum?: number, maximum?: number, $ref?: string, oneOf?: readonly Schema[] }} Schema
 * @typedef {{ name: string, in: string, description?: string, schema: Schema }} Parameter
 * @typedef {readonly Parameter[]} Parameters
 * @typedef {Record<string, { schema: Schema }>} Content
 * @typedef {{ description?: string, content?: Content }} Answer
 * @typedef {object} Operation
 * @property {string} summary
 * @property {Parameters} [parameters]
 * @property {Answer} [requestBody]
 * @property {Record<string, Answer>} responses
 * @typedef {'get' | 'post' | 'put' | 'delete'} Method
 * @typedef {{ parameters?: Parameters } & { [Each in Method]?: Operation }} Path
 * @typedef {{ schemas: Record<string, import('./shapes.mjs').Schema> }} Components
 * @typedef {{ paths: Record<string, Path>, components: Components }} OpenApi
 */

/** @type {readonly Method[]} */
const METHODS = ['get', 'post', 'put', 'delete']
/** Of nearly every path; the page says what they are. */
const COMMON = new Set(['room', 'protocol'])

/**
 * Returns a section for each call.
 *
 * @param {OpenApi} openapi
 */
export function callsTable({ paths }) {
  const sections = Object.entries(paths).flatMap(([path, { parameters = [], ...operations }]) =>
    METHODS.flatMap((method) => {
      const operation = operations[method]
      if (operation === undefined) return []
      const all = [...parameters, ...(operation.parameters ?? [])]
      const own = all.filter(({ name }) => !COMMON.has(name))
      return [section(method, path, { ...operation, parameters: own })]
    }),
  )
  return sections.join('\n\n')
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Operation} operation
 */
function section(method, path, { summary, parameters = [], requestBody, responses }) {
  return [
    `### \`${method.toUpperCase()} ${path}\``,
    `${summary}.`,
    ...(parameters.length === 0 ? [] : [parametersTable(parameters)]),
    ...(requestBody === undefined ? [] : [`Body: ${contents(requestBody)}`]),
    'Answers:',
    Object.entries(responses)
      .filter(([status]) => status !== 'default')
      .map(([status, answer]) => `- \`${status}\`: ${contents(answer)}`)
      .join('\n'),
  ].join('\n\n')
}

/** @param {Parameters} parameters */
function parametersTable(parameters) {
  const rows = parameters.map(({ name, in: where, description = '', schema }) => [
    `\`${name}\``,
    where,
    `${description}${values(schema)}`,
  ])
  return table(['parameter', 'in', 'meaning'], rows)
}

/** @param {Schema} schema */
function values({ enum: allowed, default: otherwise, minimum, maximum, pattern }) {
  const parts = [
    ...(allowed === undefined ? [] : [allowed.map((value) => `\`${value}\``).join(' or ')]),
    ...(otherwise === undefined ? [] : [`\`${otherwise}\` by default`]),
    ...(maximum === undefined ? [] : [`${minimum ?? 0} to ${maximum}`]),
    ...(pattern === undefined ? [] : [`\`${pattern}\``]),
  ]
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`
}

/** @param {Answer} answer */
function contents({ description, content = {} }) {
  const types = Object.entries(content).map(([type, { schema }]) => {
    const shape = shapeOf(schema)
    return `\`${type}\`${shape === '' ? '' : `, ${shape}`}`
  })
  return [...(description === undefined ? [] : [description]), ...types].join('; ')
}

/**
 * @param {Schema} schema
 * @returns {string}
 */
function shapeOf({ $ref, oneOf = [] }) {
  if ($ref !== undefined) return `\`${$ref.split('/').at(-1)}\``
  return oneOf.map(shapeOf).join(' or ')
}
