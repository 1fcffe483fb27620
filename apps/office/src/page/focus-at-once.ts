import { Extension, resolveFocusPosition } from '@tiptap/core'

/**
 * Gives the text the focus before the next key: TipTap's command does so a frame later, and what is
 * typed until then is lost.
 *
 * @see OFFICE.md PE39
 */
export const FocusAtOnce = Extension.create({
  name: 'focusAtOnce',
  addCommands: () => ({
    focus:
      (position = null, { scrollIntoView = true } = {}) =>
      ({ editor, view, tr, dispatch }) => {
        const isThere = position === null && view.hasFocus()
        if (isThere || position === false || dispatch === undefined) return true
        const selection = resolveFocusPosition(tr.doc, position)
        if (selection !== null && !selection.eq(tr.selection)) tr.setSelection(selection)
        // After what else the same commands do, as the focus is a transaction of its own.
        queueMicrotask(() => {
          if (editor.isDestroyed) return
          view.focus()
          if (scrollIntoView) editor.commands.scrollIntoView()
        })
        return true
      },
  }),
})
