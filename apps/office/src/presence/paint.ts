import type { CSSProperties } from 'react'
import { inkOn } from '@whereabouts/univer/document'

/** Returns the style sheet's variables for a person's color and the color of text on it. */
export function paint(color: string): CSSProperties {
  return { '--color': color, '--ink': inkOn(color) } as CSSProperties
}
