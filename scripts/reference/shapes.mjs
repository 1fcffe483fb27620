/**
 * The parts of a JSON Schema that this script reads.
 *
 * @typedef {object} Schema
 * @property {string} [$ref]
 * @property {unknown} [const]
 * @property {readonly unknown[]} [enum]
 * @property {readonly Schema[]} [oneOf]
 * @property {readonly Schema[]} [anyOf]
 * @property {readonly Schema[]} [allOf]
 * @property {string | readonly string[]} [type]
 * @property {string} [description]
 * @property {Schema} [items]
 * @property {Record<string, Schema>} [properties]
 * @property {readonly string[]} [required]
 * @property {Schema | boolean} [additionalProperties]
 */

/**
 * Returns every shape as a type of TypeScript.
 *
 * @param {Record<string, Schema>} schemas
 */
export function shapesText(schemas) {
  const types = Object.entries(schemas).map(
    ([name, schema]) => `${comment(schema, '')}type ${name} = ${typeOf(schema, '')}`,
  )
  return ['```ts', types.join('\n\n'), '```'].join('\n')
}

/**
 * @param {Schema} schema
 * @param {string} indent
 * @returns {string}
 */
function typeOf(schema, indent) {
  const { $ref, oneOf, anyOf = oneOf, allOf, type, items } = schema
  if ($ref !== undefined) return $ref.split('/').at(-1) ?? ''
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ')
  if (anyOf !== undefined) return anyOf.map((each) => typeOf(each, indent)).join(' | ')
  if (allOf !== undefined) return allOf.map((each) => bracketed(typeOf(each, indent))).join(' & ')
  if (Array.isArray(type))
    return type.map((each) => typeOf({ ...schema, type: each }, indent)).join(' | ')
  if (type === 'array') return `${bracketed(typeOf(items ?? {}, indent))}[]`
  if (type === 'object') return objectType(schema, indent)
  if (type === 'integer') return 'number'
  return String(type ?? 'unknown')
}

/**
 * @param {Schema} schema
 * @param {string} indent
 */
function objectType({ properties = {}, required = [], additionalProperties }, indent) {
  const deeper = `${indent}  `
  const fields = Object.entries(properties).map(([name, schema]) => {
    const sign = required.includes(name) ? '' : '?'
    return `${comment(schema, deeper)}${deeper}${name}${sign}: ${typeOf(schema, deeper)}\n`
  })
  if (fields.length > 0) return `{\n${fields.join('')}${indent}}`
  const values = typeof additionalProperties === 'object' ? additionalProperties : {}
  return `{ [key: string]: ${typeOf(values, indent)} }`
}

/** @param {string} type */
const bracketed = (type) => (/ [|&] /.test(type) && !type.startsWith('{') ? `(${type})` : type)

/**
 * @param {Schema} schema
 * @param {string} indent
 */
function comment({ description }, indent) {
  return description === undefined ? '' : `${indent}/** ${description} */\n`
}
