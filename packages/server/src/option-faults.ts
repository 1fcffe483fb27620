import type { z } from 'zod'

/** What is wrong with one option. */
export interface OptionFault {
  /** `options` where it is not about one of them. */
  readonly option: string
  readonly message: string
}

/** Everything that is wrong with a value, as a schema finds it. */
export function faultsOf(schema: z.ZodType, value: unknown): OptionFault[] {
  const issues = schema.safeParse(value, { error: inWords }).error?.issues ?? []
  return issues.map(({ path, message }) => ({ option: path.join('.') || 'options', message }))
}

/** Says a fault in words that don't need the schema; `undefined` leaves them to the library. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}${instead(issue)}`
    case 'invalid_value':
      return `must be ${issue.values.map(quoted).join(' or ')}`
    case 'too_small':
      return `must ${VERBS[issue.origin] ?? 'be'} at least ${sizeOf(issue.origin, issue.minimum)}`
    case 'too_big':
      return `must ${VERBS[issue.origin] ?? 'be'} at most ${sizeOf(issue.origin, issue.maximum)}`
    case 'unrecognized_keys':
      return `has no option ${issue.keys.map(quoted).join(' or ')}; check the spelling`
    case 'custom':
      return 'has the wrong type'
    default:
      return undefined
  }
}

const KINDS: { readonly [expected: string]: string } = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

const VERBS: { readonly [origin: string]: string } = { string: 'have', array: 'have' }
const UNITS: { readonly [origin: string]: string } = { string: ' characters', array: ' items' }

function sizeOf(origin: string, size: number | bigint): string {
  return `${size}${UNITS[origin] ?? ''}`
}

/** What was said where a number is expected; in place of a text or an object it may be a secret. */
function instead({ expected, input }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  if (expected !== 'number' && expected !== 'int') return ''
  const isShort = typeof input === 'number' || (typeof input === 'string' && input.length <= 100)
  return isShort ? `, not ${quoted(input)}` : ''
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value)
}
