import * as monaco from 'monaco-editor'
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker'
import { MonacoBinding } from 'y-monaco'
import { UndoManager } from 'yjs'
import type { Open, Shared } from '../shared.js'

globalThis.MonacoEnvironment = { getWorker: () => new EditorWorker() }

/** The binding marks each caret with a class; the color and the name are up to the page. */
function styleCarets({ provider }: Shared): HTMLStyleElement {
  const style = document.head.appendChild(document.createElement('style'))
  provider.awareness.on('change', () => {
    const rules = [...provider.awareness.getStates()].map(([client, state]) => {
      // The own state has no user.
      const { name = '', color = '' } = (state['user'] ?? {}) as Partial<Shared['user']>
      return `.yRemoteSelectionHead-${client} { border-left: 2px solid ${color} }
        .yRemoteSelectionHead-${client}::after { content: ${JSON.stringify(name)} }`
    })
    style.textContent = rules.join('\n')
  })
  return style
}

export const open: Open = (element, shared) => {
  const { doc, provider } = shared
  const text = doc.getText('code')
  const style = styleCarets(shared)
  const editor = monaco.editor.create(element, { language: 'plaintext', automaticLayout: true })
  const model = editor.getModel()!
  const binding = new MonacoBinding(text, model, new Set([editor]), provider.awareness)
  // Monaco's own undo doesn't know what the others wrote since.
  const undo = new UndoManager(text, { trackedOrigins: new Set([binding]) })
  const { CtrlCmd, Shift } = monaco.KeyMod
  editor.addCommand(CtrlCmd | monaco.KeyCode.KeyZ, () => void undo.undo())
  editor.addCommand(CtrlCmd | Shift | monaco.KeyCode.KeyZ, () => void undo.redo())
  provider.connect()
  return () => {
    binding.destroy()
    editor.dispose()
    style.remove()
  }
}
