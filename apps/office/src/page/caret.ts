import type { DecorationAttrs } from '@tiptap/pm/view'
import { inkOn } from '@whereabouts/univer/document'

/** The user of a caret or a selection, as `Cursors` gives it. */
type CaretUser = { readonly [field: string]: unknown }

/**
 * Renders someone's caret: a line in their color with their name, and no text in the line. A click
 * next to text would go into it, and what is typed right after the click would be lost.
 *
 * @see OFFICE.md PG10
 */
export function renderCaret(user: CaretUser): HTMLElement {
  const caret = document.createElement('span')
  const name = document.createElement('span')
  caret.className = 'caret'
  caret.dataset['client'] = String(user['client'])
  name.className = 'caret-name'
  caret.append(name)
  caret.style.setProperty('--color', String(user['color']))
  caret.style.setProperty('--ink', inkOn(String(user['color'])))
  // A stranger wrote the name, so it is set as text, never as markup.
  name.textContent = String(user['name'])
  return caret
}

/** Returns the decoration of a selection. */
export function renderSelection({ color }: CaretUser): DecorationAttrs {
  return { class: 'selected-by', style: `--color: ${String(color)}` }
}
