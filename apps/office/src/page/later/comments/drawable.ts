import type { Match } from '../../late-parts.js'

/** Each mark is drawn in each block that it is in, cut where another one begins or ends, and compared with each key. */
const MOST_DEEP = 20

/** A thread and its text. */
export interface Placed extends Match {
  readonly id: string
}

/**
 * Returns those threads whose text is marked, of which somebody may have begun a thousand about the same text: the
 * current one, and then those about the least text.
 *
 * @see OFFICE.md CM12
 */
export function drawable(open: readonly Placed[], current: string | undefined): readonly Placed[] {
  const edges = [...new Set(open.flatMap(({ from, to }) => [from, to]))].toSorted((a, b) => a - b)
  const indexes = new Map(edges.map((edge, index) => [edge, index]))
  // How many marks there are between each edge and the next one.
  const depths = new Uint8Array(edges.length)
  const sizeOf = ({ id, from, to }: Placed) => (id === current ? 0 : to - from)
  return open
    .toSorted((one, other) => sizeOf(one) - sizeOf(other))
    .filter(({ from, to }) => {
      const within = depths.subarray(indexes.get(from), indexes.get(to))
      if (within.some((depth) => depth >= MOST_DEEP)) return false
      within.forEach((depth, at) => (within[at] = depth + 1))
      return true
    })
}
