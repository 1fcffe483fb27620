/** Returns whether a record is empty. Doesn't list its keys, because patches can be large. */
export function isEmpty(record: object): boolean {
  for (const _ in record) return false
  return true
}
