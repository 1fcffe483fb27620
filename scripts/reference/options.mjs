import { table } from './table.mjs'

/** Variables with names that hosting platforms use, and options that the standalone server has no use for. */
const VARIABLES = new Map([
  ['dataDir', '`WHEREABOUTS_DATA`'],
  ['databaseUrl', '`DATABASE_URL`'],
  ['redisUrl', '`REDIS_URL`'],
  ['allowedOrigins', '`CORS_ORIGINS`'],
  ['storeDebounceMs', ''],
  ['storeMaxWaitMs', ''],
])

/**
 * Returns a table of the options in the source, each with its docstring.
 *
 * @param {string} source of `WhereaboutsOptions`
 * @param {Readonly<Record<string, unknown>>} defaults
 */
export function optionsTable(source, defaults) {
  const [, body = ''] = /interface WhereaboutsOptions \{\n([^]*?)\n\}/.exec(source) ?? []
  const members = body.matchAll(/\/\*\*([^]*?)\*\/\s+readonly (\w+)\?: (.+)/g)
  const rows = [...members].map(([, docstring = '', name = '', type = '']) => [
    `\`${name}\``,
    variableOf(name, type),
    name in defaults ? defaultOf(defaults[name]) : '',
    plain(docstring),
  ])
  if (rows.length < Object.keys(defaults).length) throw new Error('options without a docstring')
  return table(['option', 'variable', 'default', 'meaning'], rows)
}

/** @param {unknown} value */
function defaultOf(value) {
  const text = String(value)
  return text === '' ? 'none' : `\`${text}\``
}

/**
 * `leaseMs` is set by `WHEREABOUTS_LEASE_MS`; only options of type string, number, boolean or list have a variable.
 *
 * @param {string} name
 * @param {string} type
 */
function variableOf(name, type) {
  if (!['number', 'string', 'boolean', 'readonly string[]', 'LinkGives'].includes(type)) return ''
  const variable = `WHEREABOUTS_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`
  return VARIABLES.get(name) ?? `\`${variable}\``
}

/**
 * Converts a docstring to one line of Markdown.
 *
 * @param {string} docstring
 */
function plain(docstring) {
  return docstring
    .replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replace(/@[^]*/, '')
    .replaceAll(/\s*\b(?:PROTOCOL\.md )?[A-Z]{2}\d+\.?/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
