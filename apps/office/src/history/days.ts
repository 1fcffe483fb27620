import type { Author, Version } from '@whereabouts/client/history'
import { formatList } from '../language/formats.js'
import { currentLanguage } from '../language/language.js'
import { TEXTS } from './texts.js'

/** The versions of a day. */
export interface Day {
  readonly title: string
  readonly versions: readonly Version[]
}

const DAY_MS = 86_400_000

/** Groups versions by the days of the person who looks, in their order. */
export function byDay(versions: readonly Version[], nowMs: number): readonly Day[] {
  const days: { title: string; versions: Version[] }[] = []
  for (const version of versions) {
    const title = titleOf(version.atMs, nowMs)
    const last = days.at(-1)
    if (last?.title === title) last.versions.push(version)
    else days.push({ title, versions: [version] })
  }
  return days
}

function titleOf(atMs: number, nowMs: number): string {
  const day = dateOf(atMs)
  if (day === dateOf(nowMs)) return TEXTS.today
  return day === dateOf(nowMs - DAY_MS) ? TEXTS.yesterday : day
}

function dateOf(atMs: number): string {
  return new Date(atMs).toLocaleDateString(currentLanguage().locale, { dateStyle: 'full' })
}

/** @example timeOf(version.atMs) // '14:05' */
export function timeOf(atMs: number): string {
  return new Date(atMs).toLocaleTimeString(currentLanguage().locale, { timeStyle: 'short' })
}

/** @example whenOf(version.atMs) // '30 Nov 2026, 14:05' */
export function whenOf(atMs: number): string {
  return new Date(atMs).toLocaleString(currentLanguage().locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
  })
}

/** @example peopleOf([{ name: 'Ada' }, { id: 'bob' }]) // 'Ada and bob' */
export function peopleOf(authors: readonly Author[]): string {
  const names = authors.map(({ id, name }) => name ?? id ?? TEXTS.guest)
  return names.length === 0 ? TEXTS.application : formatList([...new Set(names)])
}
