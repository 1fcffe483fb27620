import type { Json } from '@whereabouts/protocol'

/** The part name that stands for "in no part". */
export const NO_PART = ''

const PART = /^[A-Za-z0-9._:~-]{1,64}$/
/** Bounds how many other parts a reader is told about by name. */
const MAX_NAMED = 100

/** @see PROTOCOL.md NM8 */
export function isPart(part: unknown): part is string {
  return typeof part === 'string' && PART.test(part)
}

/** Returns the part that a location names, or `undefined`. @see PROTOCOL.md RM12 */
export function partOf(location: Json): string | undefined {
  if (typeof location !== 'object' || location === null) return undefined
  const at = (location as { readonly at?: unknown }).at
  return isPart(at) ? at : undefined
}

/** Counts the members in each part of the document. */
export class Parts {
  readonly #counts = new Map<string, number>()

  /** Moves a member from one part to another; `undefined` means outside the room. */
  move(from: string | undefined, to: string | undefined): void {
    if (from !== undefined) this.#add(from, -1)
    if (to !== undefined) this.#add(to, 1)
  }

  /** Returns the number of members in each other part. @see PROTOCOL.md ST23 */
  elsewhere(part: string): { [part: string]: number } {
    const named: [string, number][] = []
    let others = 0
    for (const [name, count] of this.#counts) {
      if (name === part) continue
      if (name === NO_PART || named.length === MAX_NAMED) others += count
      else named.push([name, count])
    }
    if (others > 0) named.push([NO_PART, others])
    return Object.fromEntries(named)
  }

  #add(part: string, change: number): void {
    const count = (this.#counts.get(part) ?? 0) + change
    if (count === 0) this.#counts.delete(part)
    else this.#counts.set(part, count)
  }
}
