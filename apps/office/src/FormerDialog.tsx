import { useEffect, useState } from 'react'
import type { Kind } from './route.js'
import type { Session } from './session.js'
import { TextDialog } from './TextDialog.js'
import { t } from './language/language.js'

interface FormerDialogProps {
  readonly session: Session
  readonly kind: Kind
  readonly onClose: () => void
}

/** Offers the text of a deleted document that had edits which were never saved. @see OFFICE.md OF15 */
export function FormerDialog({ session, kind, onClose }: FormerDialogProps) {
  const text = useFormerText(session, kind)
  return (
    <TextDialog
      title={t('document.formerTitle')}
      about={t('document.formerAbout')}
      label={t('document.formerText')}
      text={text}
      onDiscard={() => session.provider.dropFormer()}
      onClose={onClose}
    />
  )
}

/** Returns the text; `undefined` while it is read. */
function useFormerText({ provider }: Session, kind: Kind): string | undefined {
  const [text, setText] = useState<string>()
  const { former } = provider
  useEffect(() => {
    if (former === null) return
    void import('./plain-text.js').then(({ plainText }) => setText(plainText(former, kind)))
  }, [former, kind])
  return text
}
