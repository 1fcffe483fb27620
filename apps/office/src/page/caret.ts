import type { DecorationAttrs } from '@tiptap/pm/view'
import { inkOn } from '../person.js'

/** Whose caret or selection it is, as `Cursors` says it. */
type CaretUser = { readonly [field: string]: unknown }

/**
 * Somebody's caret: a line in their color, with their name on it, and no text of its own in the line.
 * A click beside that would go into it, and what is typed at once after the click would be lost.
 *
 * @see PROTOCOL.md PG10
 */
export function renderCaret(user: CaretUser): HTMLElement {
  const caret = document.createElement('span')
  const name = document.createElement('span')
  caret.className = 'caret'
  caret.dataset['client'] = String(user['client'])
  name.className = 'caret-name'
  caret.append(name)
  paintCaret(caret, user)
  return caret
}

/** What somebody has selected. */
export function renderSelection({ color }: CaretUser): DecorationAttrs {
  return { class: 'selected-by', style: `--color: ${String(color)}` }
}

/**
 * Says on the carets that are drawn who people are by now: the editor keeps a caret as it is while it
 * is the same client's.
 */
export function repaintCarets(
  root: ParentNode,
  states: ReadonlyMap<number, { readonly [field: string]: unknown }>,
): void {
  for (const caret of root.querySelectorAll<HTMLElement>('.caret')) {
    const user = states.get(Number(caret.dataset['client']))?.['user']
    if (user !== undefined) paintCaret(caret, user as CaretUser)
  }
}

function paintCaret(caret: HTMLElement, { name, color }: CaretUser): void {
  caret.style.setProperty('--color', String(color))
  caret.style.setProperty('--ink', inkOn(String(color)))
  const label = caret.querySelector('.caret-name')
  // As text, never as markup: a stranger wrote it.
  if (label !== null && label.textContent !== name) label.textContent = String(name)
}
