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

/** Offers the text of a document that was deleted with edits which were never saved, or that the server has lost. @see OFFICE.md OF15 */
export function FormerDialog({ session, kind, onClose }: FormerDialogProps) {
  const { former, formerWasLost } = session.provider
  const what = formerWasLost ? 'lost' : 'former'
  const text = useMemo(
    () => (former === null ? undefined : plainText(former, kind)),
    [former, kind],
  )
  return (
    <TextDialog
      title={t(`document.${what}Title`)}
      about={t(`document.${what}About`)}
      label={t(`document.${what}Text`)}
      text={text}
      onDiscard={() => session.provider.dropFormer()}
      onClose={onClose}
    />
  )
}
