import type { CSSProperties } from 'react'
import { inkOn } from '@whereabouts/univer/document'

/** A person's color, and what can be read on it, as the style sheet knows them. */
export function paint(color: string): CSSProperties {
  return { '--color': color, '--ink': inkOn(color) } as CSSProperties
}
