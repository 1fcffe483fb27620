/** Returns whether a record has nothing in it. Doesn't list its keys: patches can be large. */
export function isEmpty(record: object): boolean {
  for (const _ in record) return false
  return true
}
