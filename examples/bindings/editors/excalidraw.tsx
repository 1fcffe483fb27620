import { Excalidraw } from '@excalidraw/excalidraw'
import type { ExcalidrawImperativeAPI } from '@excalidraw/excalidraw/types'
import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { ExcalidrawBinding, yjsToExcalidraw } from 'y-excalidraw'
import { type Map as SharedMap, UndoManager } from 'yjs'
import '@excalidraw/excalidraw/index.css'
import type { Open, Shared } from '../shared.js'

interface BoardProps {
  readonly shared: Shared
  readonly element: HTMLElement
}

function Board({ shared: { doc, provider }, element }: BoardProps) {
  const [api, setApi] = useState<ExcalidrawImperativeAPI | null>(null)
  const [binding, setBinding] = useState<ExcalidrawBinding | null>(null)
  const elements = doc.getArray<SharedMap<unknown>>('elements')
  useEffect(() => {
    if (api === null) return
    Object.assign(globalThis, { board: api })
    const undo = { excalidrawDom: element, undoManager: new UndoManager(elements) }
    const bound = new ExcalidrawBinding(
      elements,
      doc.getMap('files'),
      api,
      provider.awareness,
      undo,
    )
    setBinding(bound)
    return () => bound.destroy()
  }, [api, doc, provider, element, elements])
  return (
    <Excalidraw
      excalidrawAPI={setApi}
      initialData={{ elements: yjsToExcalidraw(elements) }}
      onPointerUpdate={(moved) => binding?.onPointerUpdate(moved)}
    />
  )
}

export const open: Open = (element, shared) => {
  const root = createRoot(element)
  root.render(<Board shared={shared} element={element} />)
  shared.provider.connect()
  return () => root.unmount()
}
