import { withCursors, withYHistory, withYjs, YjsEditor } from '@slate-yjs/core'
import { useRemoteCursorOverlayPositions } from '@slate-yjs/react'
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react'
import { createRoot } from 'react-dom/client'
import { createEditor, type Descendant } from 'slate'
import { Editable, Slate, withReact } from 'slate-react'
import { XmlText } from 'yjs'
import { type Open, type Shared, whenLoaded } from '../shared.js'

const EMPTY: Descendant[] = [{ children: [{ text: '' }] }]

function createShared({ doc, provider, user }: Shared) {
  const text = doc.get('page', XmlText)
  const shared = withYjs(createEditor(), text, { autoConnect: false })
  const editor = withReact(withCursors(shared, provider.awareness, { data: { ...user } }))
  return withYHistory(editor)
}

function Carets() {
  const container = useRef<HTMLDivElement>(null!)
  const [cursors] = useRemoteCursorOverlayPositions<Shared['user']>({ containerRef: container })
  return (
    <div ref={container} style={{ position: 'absolute', inset: 0, pointerEvents: 'none' }}>
      {cursors.map(({ clientId, caretPosition, data }) => (
        <span
          key={clientId}
          className="caret"
          style={{ ...caretPosition, position: 'absolute', borderLeft: `2px solid ${data?.color}` }}
        >
          {data?.name}
        </span>
      ))}
    </div>
  )
}

function Page({ shared }: { readonly shared: Shared }) {
  const editor = useMemo(() => createShared(shared), [shared])
  useEffect(() => {
    YjsEditor.connect(editor)
    return () => YjsEditor.disconnect(editor)
  }, [editor])
  const undo = (event: KeyboardEvent) => {
    if (!event.ctrlKey || event.key.toLowerCase() !== 'z') return
    event.preventDefault()
    if (event.shiftKey) editor.redo()
    else editor.undo()
  }
  return (
    <Slate editor={editor} initialValue={EMPTY}>
      <div style={{ position: 'relative' }}>
        <Editable onKeyDown={undo} />
        <Carets />
      </div>
    </Slate>
  )
}

export const open: Open = (element, shared) => {
  const root = createRoot(element)
  const text = shared.doc.get('page', XmlText)
  whenLoaded(
    shared,
    () => text.length === 0,
    () => {
      // Slate needs a first paragraph.
      if (text.length === 0) text.insertEmbed(0, new XmlText())
      root.render(<Page shared={shared} />)
    },
  )
  shared.provider.connect()
  return () => root.unmount()
}
