import type { DecorationAttrs } from '@tiptap/pm/view'
import { inkOn } from '@whereabouts/univer/document'

/** Whose caret or selection it is, as `Cursors` says it. */
type CaretUser = { readonly [field: string]: unknown }

/**
 * Somebody's caret: a line in their color, with their name on it, and no text of its own in the line.
 * A click beside that would go into it, and what is typed at once after the click would be lost.
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
  // As text, never as markup: a stranger wrote it.
  name.textContent = String(user['name'])
  return caret
}

/** What somebody has selected. */
export function renderSelection({ color }: CaretUser): DecorationAttrs {
  return { class: 'selected-by', style: `--color: ${String(color)}` }
}
