import type { Version } from '@whereabouts/protocol'

/** How long versions are kept. */
export interface HistoryLimits {
  /** How long all of them are kept, in hours; after that, the last one of each hour. */
  readonly historyAllHours: number
  /** How long the last one of each hour is kept, in days; after that, the last one of each day. */
  readonly historyHourlyDays: number
  /** How large the versions of a document may be together in the store. */
  readonly historyBytes: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/**
 * Returns the ids of the versions to remove: those that others of their hour or day replace, and then the
 * oldest ones, until all that is left fits. Named versions stay, and so does the last one.
 *
 * @param versions of one document, the last one first
 * @see PROTOCOL.md HY4, HY5
 */
export function thinned(
  versions: readonly Version[],
  nowMs: number,
  limits: HistoryLimits,
): number[] {
  const removed = new Set<number>()
  const taken = new Set<string>()
  for (const { id, atMs, name } of versions) {
    if (name !== undefined) continue
    const slot = slotOf(atMs, nowMs, limits)
    if (slot === undefined) continue
    if (taken.has(slot)) removed.add(id)
    taken.add(slot)
  }
  const [last] = versions
  const left = versions.filter(({ id }) => !removed.has(id))
  let bytes = left.reduce((sum, version) => sum + version.bytes, 0)
  for (const version of left.toReversed()) {
    if (bytes <= limits.historyBytes) break
    if (version.name !== undefined || version === last) continue
    removed.add(version.id)
    bytes -= version.bytes
  }
  return [...removed]
}

/** Returns the hour or day of which one version is kept; `undefined` while all are. */
function slotOf(
  atMs: number,
  nowMs: number,
  { historyAllHours, historyHourlyDays }: HistoryLimits,
): string | undefined {
  const ageMs = nowMs - atMs
  if (ageMs < historyAllHours * HOUR_MS) return undefined
  const isHourly = ageMs < historyHourlyDays * DAY_MS
  return isHourly ? `hour ${Math.floor(atMs / HOUR_MS)}` : `day ${Math.floor(atMs / DAY_MS)}`
}
