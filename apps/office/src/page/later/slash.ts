import type { Editor } from '@tiptap/core'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import { isInTable } from '@tiptap/pm/tables'
import type { EditorView } from '@tiptap/pm/view'
import { isFromDocument } from '../binding.js'
import { SLASH, type LatePart, type Slash } from '../late-parts.js'
import { findInserts, type Insert } from './inserts.js'

/** The id of the menu, and the beginning of its items' ids. */
export const MENU_ID = 'slash-menu'
const META = 'slash'
const MAX_QUERY = 24
// Chinese input methods write `、` for the key of the slash.
const OPENS = /(?:(?:^|\s)[/／]|^、)$/

/** Returns the blocks that the menu offers now. */
export const offeredBy = (state: EditorState, { query }: Slash): readonly Insert[] =>
  findInserts(query, isInTable(state))

/** Returns the menu of blocks as a part of the editor. @see OFFICE.md PE6, PE7 */
export function slashPart(editor: Editor): LatePart<Slash | null> {
  return {
    init: () => null,
    apply(tr, before, state) {
      const said = tr.getMeta(META) as Slash | null | undefined
      if (said !== undefined) return said
      if (before === null) return opens(tr, state) ? begin(state) : null
      return tr.docChanged || tr.selectionSet ? follow(tr, before, state) : before
    },
    attributes: (slash): { readonly [name: string]: string } =>
      slash === null
        ? {}
        : { 'aria-controls': MENU_ID, 'aria-activedescendant': `${MENU_ID}-${slash.at}` },
    handleKeyDown: (view, event, slash) => slash !== null && handleKey(editor, view, event, slash),
  }
}

function opens(tr: Transaction, { selection: { $from, empty } }: EditorState): boolean {
  const isTyped = tr.docChanged && !isFromDocument(tr) && tr.getMeta('paste') !== true
  const hasGrown = tr.doc.content.size - tr.before.content.size === 1
  const { parent, parentOffset } = $from
  if (!isTyped || !hasGrown || !empty || !parent.isTextblock) return false
  if (parent.type.spec.code === true || $from.marks().some(({ type }) => type.spec.code === true)) {
    return false
  }
  return OPENS.test(parent.textBetween(0, parentOffset, '', '\uFFFC'))
}

const begin = ({ selection: { from } }: EditorState): Slash => ({
  from: from - 1,
  query: '',
  at: 0,
})

/** Returns the menu after a change; it closes when the caret leaves it, or when it finds nothing. */
function follow(tr: Transaction, before: Slash, state: EditorState): Slash | null {
  const from = tr.mapping.map(before.from, -1)
  const { $head, empty } = state.selection
  const isWithin = empty && from >= $head.start() && $head.pos > from
  if (!isWithin || !/^[/／、]$/.test(state.doc.textBetween(from, from + 1))) return null
  const query = state.doc.textBetween(from + 1, $head.pos, '', '\uFFFC')
  const slash = { from, query, at: query === before.query ? before.at : 0 }
  const isEnded = query.length > MAX_QUERY || query.startsWith(' ')
  return isEnded || offeredBy(state, slash).length === 0 ? null : slash
}

function handleKey(editor: Editor, view: EditorView, event: KeyboardEvent, slash: Slash): boolean {
  // These keys belong to an input method while it composes.
  if (view.composing || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) {
    return false
  }
  const offered = offeredBy(view.state, slash)
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (by !== undefined) {
    const at = (slash.at + by + offered.length) % offered.length
    set(view, { ...slash, at })
  } else if (event.key === 'Enter' || event.key === 'Tab') {
    choose(editor, slash, offered[slash.at]!)
  } else if (event.key === 'Escape') set(view, null)
  else return false
  return true
}

function set(view: EditorView, slash: Slash | null): void {
  view.dispatch(view.state.tr.setMeta(META, slash))
}

/** Replaces the slash and what was typed after it by a block. */
export function choose(editor: Editor, { from }: Slash, { run }: Insert): void {
  const to = editor.state.selection.head
  const chain = editor
    .chain()
    .focus()
    .command(({ tr }) => {
      tr.delete(from, to).setMeta(META, null)
      return true
    })
  run(chain).run()
}

/** Returns the open menu; `null` if it is closed. */
export const readSlash = ({ state }: Editor): Slash | null => SLASH.read(state) ?? null
