import type { Member } from '@whereabouts/protocol'
import type { CSSProperties } from 'react'

// Brackets, quotes and signs, but not emoji, which are in another category of symbols.
const BEFORE_LETTERS = /^[\p{P}\p{Sm}\p{Sc}\p{Sk}]+/u

/**
 * Returns one or two characters for an avatar.
 *
 * @example initials('Ann Lee') // 'AL'
 */
export function initials(name: string): string {
  const words = name
    .split(/\s+/)
    .map((word) => word.replace(BEFORE_LETTERS, ''))
    .filter((word) => word !== '')
  const ends = words.length > 1 ? [words[0]!, words.at(-1)!] : words
  return ends.map(firstGrapheme).join('').toLocaleUpperCase()
}

function firstGrapheme(word: string): string {
  const graphemes = new Intl.Segmenter().segment(word)
  return graphemes[Symbol.iterator]().next().value?.segment ?? ''
}

/** Returns what is said of a member: the name, and that the member is away, which a color alone doesn't say. */
export function nameOf({ user, status }: Member): string {
  return status === 'away' ? `${user.name}, away` : user.name
}

/** Returns the style sheet's variable for a member's color. */
export function paint({ user }: Member, style?: CSSProperties): CSSProperties {
  return { '--whereabouts-color': user.color, ...style } as CSSProperties
}
