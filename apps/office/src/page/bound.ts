import { Extension, type Editor } from '@tiptap/core'
import { Plugin, type EditorState } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type { UndoManager } from 'yjs'
import type { PageDocument } from '../page-document/page-document.js'
import { bindingKey, isFromDocument, PageBinding } from './binding.js'
import { drawCarets } from './carets.js'
import type { Cursors } from './cursors.js'
import { readSelectionInTime } from './own-selection.js'

/** The page, undo and cursors that an editor is bound to. */
export interface BoundOptions {
  readonly page: PageDocument
  readonly undo: UndoManager
  readonly cursors: Cursors
}

interface BoundStorage {
  binding: PageBinding | undefined
}

declare module '@tiptap/core' {
  interface Storage {
    bound: BoundStorage
  }
  interface Commands<ReturnType> {
    bound: {
      /** Undoes the last step of this editor. */
      undo: () => ReturnType
      /** Redoes the last undone step. */
      redo: () => ReturnType
    }
  }
}

/** Binds the editor to a page, and draws the others' carets in it. */
export const Bound = Extension.create<BoundOptions, BoundStorage>({
  name: 'bound',
  addStorage: () => ({ binding: undefined }),

  addCommands() {
    const { storage } = this
    const take = (step: 'undo' | 'redo') => () => {
      const { binding } = storage
      return ({ tr, dispatch }: { tr: EditorState['tr']; dispatch: unknown }) => {
        // The binding dispatches its own transaction.
        tr.setMeta('preventDispatch', true)
        const { undos = 0, redos = 0 } = binding?.steps ?? {}
        if ((step === 'undo' ? undos : redos) === 0) return false
        return dispatch === undefined || binding![step]()
      }
    }
    return { undo: take('undo'), redo: take('redo') }
  },

  addKeyboardShortcuts() {
    const { commands } = this.editor
    return {
      'Mod-z': () => commands.undo() || true,
      'Mod-y': () => commands.redo() || true,
      'Shift-Mod-z': () => commands.redo() || true,
    }
  },

  addProseMirrorPlugins() {
    const { options, storage } = this
    return [
      readSelectionInTime(options.page.doc, options.cursors),
      new Plugin({
        key: bindingKey,
        view: (view) => bind(view, options, storage),
        // An image may finish loading only after the page has become read-only.
        filterTransaction: (tr) => !tr.docChanged || isFromDocument(tr) || options.page.isKnown,
      }),
      inputs(() => storage.binding),
      drawCarets(options.cursors, () => storage.binding),
    ]
  },
})

/** Tells the binding when something is about to be typed or pasted. @see OFFICE.md PG46, PG47 */
function inputs(binding: () => PageBinding | undefined): Plugin {
  const settle = () => {
    binding()?.settle()
    return false
  }
  const compose = (text: string) => {
    binding()?.composition.update(text)
    return false
  }
  return new Plugin({
    props: {
      handleDOMEvents: {
        keydown(_view, { key, ctrlKey, metaKey }) {
          const isTyping = key === 'Enter' || (Array.from(key).length === 1 && !ctrlKey && !metaKey)
          return isTyping && settle()
        },
        compositionstart: settle,
        compositionupdate: (_view, { data }) => compose(data),
        compositionend: () => compose(''),
        // On-screen keyboards send no key events.
        beforeinput: (_view, { inputType }) => inputType.startsWith('insert') && settle(),
        paste: settle,
      },
    },
  })
}

/** Returns the binding of an open editor. */
export const bindingOf = ({ storage }: Editor): PageBinding => storage.bound.binding!

function bind(view: EditorView, { page, undo, cursors }: BoundOptions, storage: BoundStorage) {
  const binding = new PageBinding(view, page, undo)
  storage.binding = binding
  // One's own cursor stays while the focus is elsewhere, so that others can still find it.
  const publish = () => {
    if (view.hasFocus() && binding.cursor !== undefined) cursors.publish(binding.cursor)
  }
  view.dom.addEventListener('focus', publish)
  return {
    update(_view: EditorView, before: EditorState) {
      binding.update(before)
      publish()
    },
    destroy() {
      view.dom.removeEventListener('focus', publish)
      binding.destroy()
      storage.binding = undefined
    },
  }
}
