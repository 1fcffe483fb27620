import { useMemo } from 'react'
import { plainText } from './plain-text.js'
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
  const { former } = session.provider
  const text = useMemo(
    () => (former === null ? undefined : plainText(former, kind)),
    [former, kind],
  )
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
