import { BlockNoteView } from '@blocknote/mantine'
import { useCreateBlockNote } from '@blocknote/react'
import { createRoot } from 'react-dom/client'
import '@blocknote/core/fonts/inter.css'
import '@blocknote/mantine/style.css'
import type { Open, Shared } from '../shared.js'

function Page({ doc, provider, user }: Shared) {
  const fragment = doc.getXmlFragment('blocks')
  const editor = useCreateBlockNote({ collaboration: { provider, fragment, user } })
  return <BlockNoteView editor={editor} />
}

export const open: Open = (element, shared) => {
  const root = createRoot(element)
  root.render(<Page {...shared} />)
  shared.provider.connect()
  return () => root.unmount()
}
