import type { Node } from '@tiptap/pm/model'
import type { EditorState } from '@tiptap/pm/state'
import { relativePositionToAbsolutePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import type { Member } from '@whereabouts/client'
import { createRelativePositionFromJSON } from 'yjs'
import { parseCursor, type Cursor } from './cursors.js'

type RelativeToAbsolute = Parameters<typeof relativePositionToAbsolutePosition>

/** What the plugin that binds the editor to the document keeps of it. */
interface Binding {
  readonly doc: RelativeToAbsolute[0]
  readonly type: RelativeToAbsolute[1]
  readonly binding: { readonly mapping: RelativeToAbsolute[3] }
}

const MAX_HEADING_CHARACTERS = 40

/** Where in the page that is shown somebody is; `undefined` if nowhere, or nowhere yet. */
export function positionOf({ location }: Member, state: EditorState): number | undefined {
  if (typeof location !== 'object' || location === null) return undefined
  const cursor = parseCursor((location as { readonly [field: string]: unknown })['cursor'])
  return cursor === undefined ? undefined : positionOfCursor(cursor, state)
}

/** Where in the page that is shown a cursor is; `undefined` if nowhere, or nowhere yet. */
export function positionOfCursor({ head }: Cursor, state: EditorState): number | undefined {
  const bound = ySyncPluginKey.getState(state) as Binding | undefined
  if (bound === undefined) return undefined
  const { doc, type, binding } = bound
  const relative = createRelativePositionFromJSON(head)
  const at = relativePositionToAbsolutePosition(doc, type, relative, binding.mapping)
  return at === null ? undefined : Math.min(at, state.doc.content.size)
}

/**
 * A position in words: the heading it is under, or which paragraph it is in.
 *
 * @example describePosition(doc, 120) // '“Budget”'
 * @see PROTOCOL.md PG11
 */
export function describePosition(doc: Node, position: number): string {
  const block = Math.min(doc.resolve(position).index(0), doc.childCount - 1)
  for (let at = block; at >= 0; at -= 1) {
    const node = doc.child(at)
    const heading = node.type.name === 'heading' ? node.textContent.trim() : ''
    if (heading !== '') return `“${cut(heading)}”`
  }
  return `paragraph ${block + 1}`
}

function cut(text: string): string {
  const characters = Array.from(text)
  if (characters.length <= MAX_HEADING_CHARACTERS) return text
  return `${characters.slice(0, MAX_HEADING_CHARACTERS).join('').trim()}…`
}
