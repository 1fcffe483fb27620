import {
  BooleanValueObject,
  NullValueObject,
  NumberValueObject,
  StringValueObject,
} from '@univerjs/engine-formula'
import type { Allowance } from './allowance.js'

/**
 * Counts every value that Univer's functions make. All functions make values by these four calls,
 * so a loop over an array, a range or a lambda ends when the allowance does.
 */
export function meterValues(allowance: Allowance): void {
  for (const kind of [NumberValueObject, BooleanValueObject, NullValueObject] as const) {
    replaceCreate(kind, () => allowance.take())
  }
  replaceCreate(StringValueObject, (text) => allowance.take(String(text).length))
}

interface Kind {
  create(...args: readonly never[]): unknown
}

function replaceCreate(kind: Kind, take: (value: unknown) => void): void {
  const create = kind.create.bind(kind) as (value: unknown, more: unknown) => unknown
  // None of them has more than two arguments, and a rest parameter would create an array each time.
  const metered = (value: unknown, more: unknown): unknown => {
    take(value)
    return create(value, more)
  }
  Object.assign(kind, { create: metered })
}
