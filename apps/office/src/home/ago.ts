import { formatAgo, formatDay } from '../language/formats.js'
import { t } from '../language/language.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS

/** @example describeAgo(nowMs - 7_200_000, nowMs) // '2 hours ago' */
export function describeAgo(atMs: number, nowMs: number): string {
  const agoMs = Math.max(0, nowMs - atMs)
  if (agoMs < MINUTE_MS) return t('home.justNow')
  if (agoMs < HOUR_MS) return formatAgo(Math.floor(agoMs / MINUTE_MS), 'minute')
  if (agoMs < DAY_MS) return formatAgo(Math.floor(agoMs / HOUR_MS), 'hour')
  if (agoMs < WEEK_MS) return formatAgo(Math.floor(agoMs / DAY_MS), 'day')
  return formatDay(Math.max(0, Math.min(atMs, nowMs)))
}
