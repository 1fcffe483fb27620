/** Finds what gets the keys unless another editor has the focus, even while it is invisible. */
export const CELL_EDITOR = '#__editor___INTERNAL_EDITOR__DOCS_NORMAL'

/** Moves the keyboard focus into the cells. */
export function focusCells(): void {
  const editor = document.querySelector<HTMLElement>(CELL_EDITOR)
  // After a dialog gives the focus back, the editor has no caret and ignores keys until it gets
  // the focus again.
  editor?.blur()
  editor?.focus()
}
