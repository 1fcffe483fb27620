import { joinRoom } from '@whereabouts/client'
import { createRoomContext } from '@whereabouts/client/react-yjs'
import { createElement as h, StrictMode, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import type { Doc } from 'yjs'

declare global {
  interface Window {
    /** Renders a server's document, with buttons to write, to undo and to redo. */
    readonly renderDocument: (url: string) => void
  }
}

const { RoomProvider, useDocument, useUndo } = createRoomContext()
const root = createRoot(document.body.appendChild(document.createElement('main')))

function useText(doc: Doc): string {
  const body = doc.getText('body')
  const subscribe = (listener: () => void) => {
    body.observe(listener)
    return () => body.unobserve(listener)
  }
  return useSyncExternalStore(subscribe, () => body.toJSON())
}

function Editor() {
  const doc = useDocument((document) => document.doc)
  const { undo, redo, canUndo, canRedo } = useUndo()
  return h(
    'section',
    null,
    h('p', { id: 'text' }, useText(doc)),
    h('button', { id: 'write', onClick: () => doc.getText('body').insert(0, 'x') }, 'Write'),
    h('button', { id: 'undo', disabled: !canUndo, onClick: undo }, 'Undo'),
    h('button', { id: 'redo', disabled: !canRedo, onClick: redo }, 'Redo'),
  )
}

function Saved() {
  const isSaved = useDocument(({ saved }) => saved)
  return h('p', { id: 'saved' }, String(isSaved))
}

Object.assign(window, {
  renderDocument: (url: string) => {
    const subdocuments = ({ guid }: Doc) => joinRoom({ url, room: `chapter.${guid}` })
    const options = { url, room: 'budget', offline: false, subdocuments }
    root.render(h(StrictMode, null, h(RoomProvider, options, h(Editor), h(Saved))))
  },
})
