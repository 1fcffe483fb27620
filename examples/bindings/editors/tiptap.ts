import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { StarterKit } from '@tiptap/starter-kit'
import type { Open } from '../shared.js'

export const open: Open = (element, { doc, provider, user }) => {
  const editor = new Editor({
    element,
    extensions: [
      // Collaboration brings its own undo.
      StarterKit.configure({ undoRedo: false }),
      Collaboration.configure({ document: doc, field: 'page' }),
      CollaborationCaret.configure({ provider, user }),
    ],
  })
  provider.connect()
  return () => editor.destroy()
}
