const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })

/** @example describeAgo(nowMs - 7_200_000, nowMs) // '2 hours ago' */
export function describeAgo(atMs: number, nowMs: number): string {
  const agoMs = Math.max(0, nowMs - atMs)
  if (agoMs < MINUTE_MS) return 'just now'
  if (agoMs < HOUR_MS) return relative.format(-Math.floor(agoMs / MINUTE_MS), 'minute')
  if (agoMs < DAY_MS) return relative.format(-Math.floor(agoMs / HOUR_MS), 'hour')
  if (agoMs < WEEK_MS) return relative.format(-Math.floor(agoMs / DAY_MS), 'day')
  return absolute.format(Math.max(0, Math.min(atMs, nowMs)))
}
