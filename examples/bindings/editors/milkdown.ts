import { Editor, rootCtx } from '@milkdown/kit/core'
import { commonmark } from '@milkdown/kit/preset/commonmark'
import { collab, collabServiceCtx } from '@milkdown/plugin-collab'
import '@milkdown/kit/prose/view/style/prosemirror.css'
import type { Open } from '../shared.js'

export const open: Open = (element, { doc, provider }) => {
  const created = Editor.make()
    .config((context) => context.set(rootCtx, element))
    .use(commonmark)
    .use(collab)
    .create()
  void created.then((editor) =>
    editor.action((context) =>
      context.get(collabServiceCtx).bindDoc(doc).setAwareness(provider.awareness).connect(),
    ),
  )
  provider.connect()
  return () => void created.then((editor) => editor.destroy())
}
