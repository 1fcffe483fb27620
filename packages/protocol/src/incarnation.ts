/**
 * The names of a room's documents. `<deletions>-<random>` is the incarnation of a document that was begun after so
 * many others of its room were deleted, and `.<deletions>` stands in its place while the room has none.
 *
 * @see PROTOCOL.md DO47, DO98
 */

/** Returns what stands in the place of an incarnation after so many deletions. */
export function noDocument(deletions: number): string {
  return `.${deletions}`
}

/** Returns whether a name says that there is no document. */
export function isNoDocument(name: string): boolean {
  return name.startsWith('.')
}

/** Returns how many documents of the room were deleted before the one of this name, or before there was none. */
export function deletionsBefore(name: string): number {
  const deletions = Number.parseInt(name.replace('.', ''), 10)
  // Earlier servers named the documents after a deletion at random, and those before one `0`.
  return Number.isNaN(deletions) ? 1 : deletions
}
