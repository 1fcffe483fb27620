import { defaultKeymap } from '@codemirror/commands'
import { EditorView, keymap } from '@codemirror/view'
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next'
import type { Open } from '../shared.js'

export const open: Open = (parent, { doc, provider }) => {
  const text = doc.getText('code')
  const view = new EditorView({
    doc: text.toJSON(),
    extensions: [
      // Without the editor's own history: yCollab undoes what this person wrote, and only that.
      keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
      yCollab(text, provider.awareness),
    ],
    parent,
  })
  provider.connect()
  return () => view.destroy()
}
