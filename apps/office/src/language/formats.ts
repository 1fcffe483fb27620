import { currentLanguage } from './language.js'

/** @example formatList(['Ann', 'Bob', 'Cem']) // 'Ann, Bob, and Cem' */
export function formatList(parts: readonly string[]): string {
  return new Intl.ListFormat(currentLanguage().locale).format(parts)
}

/** @example formatNumber(32_767) // '32,767' */
export function formatNumber(number: number): string {
  return new Intl.NumberFormat(currentLanguage().locale).format(number)
}

/** @example formatPercent(0.25) // '25%' */
export function formatPercent(share: number): string {
  return new Intl.NumberFormat(currentLanguage().locale, { style: 'percent' }).format(share)
}

/** @example formatDay(Date.UTC(2026, 9, 23)) // 'Oct 23, 2026' */
export function formatDay(atMs: number): string {
  return new Intl.DateTimeFormat(currentLanguage().locale, { dateStyle: 'medium' }).format(atMs)
}

/** @example formatAgo(2, 'hour') // '2 hours ago' */
export function formatAgo(count: number, unit: Intl.RelativeTimeFormatUnit): string {
  const format = new Intl.RelativeTimeFormat(currentLanguage().locale, { numeric: 'auto' })
  return format.format(-count, unit)
}
