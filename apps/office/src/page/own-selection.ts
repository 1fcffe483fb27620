import { Plugin } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type { Doc, Transaction } from 'yjs'
import type { Cursors } from './cursors.js'

/**
 * Makes the editor read the browser's selection before anything is done with its own. A key or a
 * click moves the browser's at once, and the event that tells the editor comes later: by then an edit
 * of others would have put the caret back, and Enter would have broken the line at the old place.
 *
 * Put it before the plugins that show what others do and that handle keys.
 *
 * @see OFFICE.md PG52
 */
export function readSelectionInTime(doc: Doc, cursors: Cursors): Plugin {
  return new Plugin({
    props: {
      handleDOMEvents: { keydown: read, beforeinput: read, paste: read, cut: read, copy: read },
    },
    view(view) {
      const readBefore = ({ local }: Transaction) => void (local || read(view))
      doc.on('beforeTransaction', readBefore)
      const stop = cursors.subscribe(() => void read(view))
      return {
        destroy() {
          doc.off('beforeTransaction', readBefore)
          stop()
        },
      }
    },
  })
}

/** An input method moves the selection itself, and tells. */
function read(view: EditorView): false {
  if (!view.composing) view.dom.ownerDocument.dispatchEvent(new Event('selectionchange'))
  return false
}
