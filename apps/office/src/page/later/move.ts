import { Fragment } from '@tiptap/pm/model'
import type { Command, EditorState } from '@tiptap/pm/state'
import type { LatePart } from '../late-parts.js'

const outside = (depth: number): number => Math.max(0, depth - 1)

/** The selected blocks: the parent's position, and the numbers of the first and the last of them. */
function selectedRange({ selection: { $from, $to } }: EditorState) {
  // Blocks are in the page or in a cell; a selection over several cells is one of tables.
  const isSame = $from.sharedDepth($to.pos) >= outside($from.depth)
  const depth = isSame ? outside($from.depth) : 0
  return { $from, depth, first: $from.index(depth), last: $to.index(depth) }
}

/**
 * Moves the selected blocks over the one before or behind them, which is deleted and written again
 * on their other side; so what the user selected, and what others write in it, stays as it is.
 *
 * @see OFFICE.md PE20
 */
export const moveBlocks =
  (by: 1 | -1): Command =>
  (state, dispatch) => {
    const { $from, depth, first, last } = selectedRange(state)
    const parent = $from.node(depth)
    const at = by === -1 ? first - 1 : last + 1
    const other = parent.maybeChild(at)
    if (other === null) return false
    const { tr } = state
    const from = $from.posAtIndex(at, depth)
    const to = by === -1 ? $from.posAtIndex(last + 1, depth) : $from.posAtIndex(first, depth)
    tr.delete(from, from + other.nodeSize)
    tr.insert(by === -1 ? to - other.nodeSize : to, Fragment.from(other))
    dispatch?.(tr.scrollIntoView())
    return true
  }

/** Moves blocks by Alt+Shift and an arrow key. */
export const MOVE_PART: LatePart<null> = {
  init: () => null,
  apply: () => null,
  handleKeyDown(view, { key, altKey, shiftKey, ctrlKey, metaKey }) {
    const by = ({ ArrowUp: -1, ArrowDown: 1 } as const)[key]
    if (by === undefined || !altKey || !shiftKey || ctrlKey || metaKey || view.composing)
      return false
    moveBlocks(by)(view.state, view.dispatch, view)
    return true
  },
}
