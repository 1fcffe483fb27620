/** Of the charts or images of a sheet that are gone. */
export const LEFT_OVER_LIMITS = {
  /** How many entries stay, for whoever undoes a deletion. */
  entries: 200,
  /** How many are deleted at once. */
  deleted: 2_000,
} as const

const ENTRY = /^([A-Za-z0-9_-]{1,64})\/./

/**
 * Returns entries of charts or images that are gone, but of which somebody wrote something meanwhile, if these are so many
 * that some have to go. A few stay: whoever undoes a deletion gets back what others changed.
 *
 * @param first the entry that each has as long as it is there
 * @see SHEET.md SD73
 */
export function leftOver(keys: readonly string[], first: string): string[] {
  const known = new Set(keys)
  const all = keys.filter((key) => {
    const [, id] = ENTRY.exec(key) ?? []
    return id !== undefined && !known.has(`${id}/${first}`)
  })
  return all.length > LEFT_OVER_LIMITS.entries ? all.slice(0, LEFT_OVER_LIMITS.deleted) : []
}
