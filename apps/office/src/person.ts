import { isColor, parseUserName } from '@whereabouts/client'
import { t } from './language/language.js'

/** The name and color that others see. */
export interface Person {
  readonly name: string
  /** `#` and six hexadecimal digits. */
  readonly color: string
}

/** The colors to choose from, all dark enough for white text. */
export const PALETTE = [
  { name: 'rose', color: '#e11d48' },
  { name: 'orange', color: '#c2410c' },
  { name: 'amber', color: '#a16207' },
  { name: 'green', color: '#15803d' },
  { name: 'teal', color: '#0f766e' },
  { name: 'sky', color: '#0369a1' },
  { name: 'blue', color: '#1d4ed8' },
  { name: 'violet', color: '#7c3aed' },
  { name: 'pink', color: '#be185d' },
  { name: 'slate', color: '#475569' },
] as const

const STORED_AS = 'whereabouts:person'

/**
 * Returns a name and color for someone who hasn't chosen any yet.
 *
 * @param random returns numbers from 0 to below 1
 * @example suggestPerson() // { name: 'Guest 42', color: '#0f766e' }
 */
export function suggestPerson(random: () => number = Math.random): Person {
  const { color } = PALETTE[Math.floor(random() * PALETTE.length)]!
  return { name: t('person.guest', { number: 1 + Math.floor(random() * 99) }), color }
}

/** Returns the person saved in this browser; `undefined` if none was saved. */
export function loadPerson(storage: Pick<Storage, 'getItem'>): Person | undefined {
  try {
    return readPerson(JSON.parse(storage.getItem(STORED_AS) ?? 'null'))
  } catch {
    // The storage holds something else: the person is asked again.
    return undefined
  }
}

/** Saves the person for the next visit. */
export function savePerson(storage: Pick<Storage, 'setItem'>, person: Person): void {
  storage.setItem(STORED_AS, JSON.stringify(person))
}

function readPerson(stored: unknown): Person | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined
  const { name, color } = stored as { readonly [field: string]: unknown }
  if (typeof name !== 'string' || typeof color !== 'string' || !isColor(color)) return undefined
  const parsed = parseUserName(name)
  return parsed === undefined ? undefined : { name: parsed, color }
}
