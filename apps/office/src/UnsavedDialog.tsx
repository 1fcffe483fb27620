import { useEffect, useState } from 'react'
import type { Kind } from './route.js'
import type { Session } from './session.js'
import { TextDialog } from './TextDialog.js'
import type { UnsavedText } from './unsaved-text.js'

interface UnsavedDialogProps {
  readonly session: Session
  readonly kind: Kind
  readonly onClose: () => void
}

/** Offers what the server doesn't have of a document that can't be edited. @see OFFICE.md OF19, OF20 */
export function UnsavedDialog({ session, kind, onClose }: UnsavedDialogProps) {
  const unsaved = useUnsavedText(session, kind)
  return (
    <TextDialog
      title="What isn’t saved"
      about={unsaved === undefined ? '' : aboutOf(unsaved, kind)}
      label="Text that isn’t saved"
      text={unsaved?.text}
      onClose={onClose}
    />
  )
}

function aboutOf({ text, isAll }: UnsavedText, kind: Kind): string {
  if (isAll) return 'The server doesn’t say what it has, so this is the whole text.'
  if (text === '') return 'There is no text in it: it is what you removed, moved or formatted.'
  const parts = kind === 'sheet' ? 'rows' : 'paragraphs'
  return `The server doesn’t have these ${parts} as they are here. Copy what you need.`
}

/** Returns `undefined` while the server is asked. */
function useUnsavedText({ doc, name }: Session, kind: Kind): UnsavedText | undefined {
  const [text, setText] = useState<UnsavedText>()
  useEffect(() => {
    void import('./unsaved-text.js').then(async ({ readUnsaved }) => {
      setText(await readUnsaved(doc, kind, name))
    })
  }, [doc, kind, name])
  return text
}
