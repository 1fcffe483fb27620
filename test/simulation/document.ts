/** Merges up to three updates into one, and more into two. */
export function merge(updates: readonly Uint8Array[]): Uint8Array[] {
  const half = updates.length > 3 ? Math.ceil(updates.length / 2) : updates.length
  return [updates.slice(0, half), updates.slice(half)]
    .filter((group) => group.length > 0)
    .map((group) => Buffer.concat(group))
}
