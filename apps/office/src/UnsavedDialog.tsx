import { useEffect, useState } from 'react'
import type { Kind } from './route.js'
import type { Session } from './session.js'
import { TextDialog } from './TextDialog.js'
import { readUnsaved, type UnsavedText } from './unsaved-text.js'
import { t } from './language/language.js'

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
      title={t('document.unsavedTitle')}
      about={unsaved === undefined ? '' : aboutOf(unsaved, kind)}
      label={t('document.unsavedText')}
      text={unsaved?.text}
      onClose={onClose}
    />
  )
}

function aboutOf({ text, isAll }: UnsavedText, kind: Kind): string {
  if (isAll) return t('document.unsavedAll')
  return text === '' ? t('document.unsavedNoText') : t('document.unsavedParts', { kind })
}

/** Returns `undefined` while the server is asked. */
function useUnsavedText({ doc, name }: Session, kind: Kind): UnsavedText | undefined {
  const [text, setText] = useState<UnsavedText>()
  useEffect(() => {
    void readUnsaved(doc, kind, name).then(setText)
  }, [doc, kind, name])
  return text
}
