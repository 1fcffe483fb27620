import { t } from '../language/language.js'
import { useTitle } from '../useTitle.js'
import type { Session } from '../session.js'

interface PageTitleProps {
  readonly session: Session
  /** Called when the keyboard has finished with the title. */
  readonly onDone: () => void
}

/** Shows the document's title above the text, where it can be edited as in the bar. @see OFFICE.md PE10 */
export function PageTitle({ session, onDone }: PageTitleProps) {
  const field = useTitle<HTMLTextAreaElement>(session, onDone)
  return (
    <textarea
      {...field}
      className="page-title"
      rows={1}
      aria-label={t('page.title')}
      placeholder={t('common.untitled', { kind: 'page' })}
    />
  )
}
