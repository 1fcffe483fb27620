import Quill from 'quill'
import QuillCursors from 'quill-cursors'
import { QuillBinding } from 'y-quill'
import 'quill/dist/quill.snow.css'
import type { Open } from '../shared.js'

Quill.register('modules/cursors', QuillCursors)

export const open: Open = (parent, { doc, provider }) => {
  const quill = new Quill(parent.appendChild(document.createElement('div')), {
    theme: 'snow',
    // userOnly: undo takes back what this person wrote, and nothing of the others.
    modules: { cursors: true, toolbar: false, history: { userOnly: true } },
  })
  const binding = new QuillBinding(doc.getText('text'), quill, provider.awareness)
  provider.connect()
  return () => {
    binding.destroy()
    parent.replaceChildren()
  }
}
