import { useState } from 'react'
import type { DocumentRoute } from '../route.js'
import type { Session } from '../session.js'
import { ShareDialog } from './ShareDialog.js'
import { t } from '../language/language.js'

interface ShareButtonProps {
  readonly session: Session
  readonly route: DocumentRoute
}

/** Opens the dialog in which a document is shared. @see OFFICE.md OF2 */
export function ShareButton({ session, route }: ShareButtonProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="share" onClick={() => setOpen(true)}>
        {t('share.title')}
      </button>
      {isOpen && <ShareDialog session={session} route={route} onClose={() => setOpen(false)} />}
    </>
  )
}
