import type { Node } from '@tiptap/pm/model'
import type { Member } from '@whereabouts/client'
import type { PageBinding } from './binding.js'
import { parseCursor } from './cursors.js'
import { t } from '../language/language.js'

const MAX_HEADING_CHARACTERS = 40

/** Returns a member's position in the shown page; `undefined` if there is none, or not yet. */
export function positionOf({ location }: Member, binding: PageBinding): number | undefined {
  if (typeof location !== 'object' || location === null) return undefined
  const cursor = parseCursor((location as { readonly [field: string]: unknown })['cursor'])
  return cursor && binding.positionOf(cursor.head)
}

/**
 * Describes a position by the heading above it, or by the number of its paragraph.
 *
 * @example describePosition(doc, 120) // '“Budget”'
 * @see OFFICE.md PG11
 */
export function describePosition(doc: Node, position: number): string {
  const block = Math.min(doc.resolve(position).index(0), doc.childCount - 1)
  for (let at = block; at >= 0; at -= 1) {
    const node = doc.child(at)
    const heading = node.type.name === 'heading' ? node.textContent.trim() : ''
    if (heading !== '') return t('page.atHeading', { heading: cut(heading) })
  }
  return t('page.atParagraph', { number: block + 1 })
}

function cut(text: string): string {
  const characters = Array.from(text)
  if (characters.length <= MAX_HEADING_CHARACTERS) return text
  return `${characters.slice(0, MAX_HEADING_CHARACTERS).join('').trim()}…`
}
