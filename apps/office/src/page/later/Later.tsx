import type { Editor } from '@tiptap/core'
import { SelectionBar } from './SelectionBar.js'
import { SlashMenu } from './SlashMenu.js'

export { TextTools } from './TextTools.js'

export interface LaterProps {
  readonly editor: Editor
  readonly canEdit: boolean
}

/** Renders everything of a page that isn't needed to begin writing. */
export function Later({ editor, canEdit }: LaterProps) {
  return (
    <>
      {canEdit && <SlashMenu editor={editor} />}
      {canEdit && <SelectionBar editor={editor} />}
    </>
  )
}
