import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { StarterKit } from '@tiptap/starter-kit'
import { joinRoom, type Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { EditorView, minimalSetup } from 'codemirror'
import { yCollab } from 'y-codemirror.next'
import { Doc } from 'yjs'

/** What the page offers to its tests, on `window`. */
export interface EditorsPage {
  readonly room: Room
  readonly doc: Doc
  readonly provider: RoomProvider
  open(options: OpenOptions): void
}

interface OpenOptions {
  readonly url: string
  readonly editor: 'tiptap' | 'codemirror'
  readonly user: { readonly name: string; readonly color: string }
}

declare global {
  interface Window {
    readonly editors: EditorsPage
  }
}

const element = document.body.appendChild(document.createElement('main'))

function openTipTap(doc: Doc, provider: RoomProvider, user: OpenOptions['user']): void {
  const editor = new Editor({
    element,
    extensions: [
      StarterKit.configure({ undoRedo: false }),
      Collaboration.configure({ document: doc, field: 'page' }),
      CollaborationCaret.configure({ provider, user }),
    ],
  })
  editor.commands.focus()
}

function openCodeMirror(doc: Doc, provider: RoomProvider): void {
  const text = doc.getText('code')
  const extensions = [minimalSetup, yCollab(text, provider.awareness)]
  new EditorView({ doc: text.toJSON(), extensions, parent: element }).focus()
}

function open({ url, editor, user }: OpenOptions): void {
  const room = joinRoom({ url, room: 'minutes', user })
  const doc = new Doc()
  const provider = new RoomProvider(room, doc)
  if (editor === 'tiptap') openTipTap(doc, provider, user)
  else openCodeMirror(doc, provider)
  Object.assign(window.editors, { room, doc, provider })
}

Object.assign(window, { editors: { open } })
