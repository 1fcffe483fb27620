import type { NodeSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'

/**
 * Has the editor put down what is dragged as it is by then, and where it is by then. It would put down what it was when
 * the drag began, and take away all that is there now, with what others have written into it meanwhile.
 *
 * @returns a function that stops it
 * @see OFFICE.md PE20
 */
export function followDragged(view: EditorView): () => void {
  const listening = new AbortController()
  const { signal } = listening
  const begin = () => {
    // An image can be dragged without being selected, and only the selection follows what others do.
    const { node } = (view.dragging ?? {}) as { readonly node?: NodeSelection }
    if (node !== undefined) view.dispatch(view.state.tr.setSelection(node))
  }
  const drop = () => {
    const { dragging, state } = view
    if (dragging === null) return
    view.dragging = { slice: state.selection.content(), move: dragging.move }
  }
  // The editor's own listeners are on the same element: the first of these comes after them, the second one before.
  view.dom.addEventListener('dragstart', begin, { signal })
  view.dom.addEventListener('drop', drop, { signal, capture: true })
  return () => listening.abort()
}
