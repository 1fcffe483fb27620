/** A value that changes, and whoever wants to know. */
export interface Store<Value> {
  /** Returns the value: the same object until it changes. */
  readonly getSnapshot: () => Value
  /** Returns the value that a server renders a page with. @default that of `getSnapshot` */
  readonly getServerSnapshot?: () => Value
  /** Calls back after every change; returns how to unsubscribe. */
  readonly subscribe: (listener: () => void) => () => void
}

/** Returns whether two values are so alike that nothing has to be shown again. */
export type IsEqual<Value> = (before: Value, now: Value) => boolean

/** Returns what to keep of two values: the earlier one, the later one, or one made of both. */
export type Merge<Value> = (before: Value, now: Value) => Value

/**
 * Returns a function that selects from a value, and returns the same result until it changes.
 *
 * @param last returns the result before, if there is one, in a box
 * @see PROTOCOL.md CL103
 */
export function selection<Value, Selected>(
  read: () => Value,
  select: (value: Value) => Selected,
  merge: Merge<Selected>,
  last: () => readonly [Selected] | undefined,
): () => Selected {
  let of: readonly [Value] | undefined
  let result: readonly [Selected] | undefined
  return () => {
    const value = read()
    if (result !== undefined && of !== undefined && Object.is(of[0], value)) return result[0]
    const before = result ?? last()
    const now = select(value)
    of = [value]
    result = [before === undefined ? now : merge(before[0], now)]
    return result[0]
  }
}

/** Keeps the earlier of two values that are equal. */
export function keepEqual<Value>(isEqual: IsEqual<Value>): Merge<Value> {
  return (before, now) => (isEqual(before, now) ? before : now)
}

/** Keeps nothing that isn't the same object. */
export function keepSame<Value>(_before: Value, now: Value): Value {
  return now
}

/** Selects the whole, which is what is selected unless something is said. */
export const same = (value: unknown): never => value as never

/** Returns whether two values are the same, or arrays or objects of the same values. */
export function shallow(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [one, other] = [Object.entries(a), Object.entries(b)]
  return (
    Array.isArray(a) === Array.isArray(b) &&
    one.length === other.length &&
    one.every(([key, value]) => Object.hasOwn(b, key) && Object.is(value, (b as Fields)[key]))
  )
}

type Fields = { readonly [key: string]: unknown }
