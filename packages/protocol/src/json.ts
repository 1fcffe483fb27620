/** Any JSON value. Locations are of this type. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }

/** Returns whether two JSON values are equal; the order of object keys doesn't count. */
export function equalJson(a: Json, b: Json): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return Array.isArray(a) === Array.isArray(b) && equalEntries(a as Fields, b as Fields)
}

/** Any object; an array of JSON is one whose keys are its indices. */
type Fields = { readonly [key: string]: Json }

function equalEntries(a: Fields, b: Fields): boolean {
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key]!, b[key]!))
  )
}
