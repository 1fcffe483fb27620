import { useCallback, useEffect, useSyncExternalStore } from 'react'
import type { OfficeProps } from './office.js'
import { nameUntitled } from './name-untitled.js'
import { observeName, readName } from './document-name.js'
import { t } from './language/language.js'
import { useTitle } from './useTitle.js'

type TitleFieldProps = Pick<OfficeProps, 'session' | 'route' | 'recents'> & {
  /** Called when the keyboard has finished with the title. */
  readonly onDone: () => void
}

/** Shows the document's title, which can be edited in place. @see OFFICE.md PG1 */
export function TitleField({ session, route, recents, onDone }: TitleFieldProps) {
  const doc = useSyncExternalStore(session.document.subscribe, () => session.doc)
  const subscribe = useCallback((listener: () => void) => observeName(doc, listener), [doc])
  const known = useSyncExternalStore(subscribe, () => readName(doc, route.room))
  const { isThere } = useSyncExternalStore(session.document.subscribe, session.document.getSnapshot)
  const field = useTitle<HTMLInputElement>(session, onDone)
  const name = known ?? nameUntitled(route)

  useEffect(() => {
    document.title = `${name} · whereabouts`
    if (isThere) recents.retitled(route, known)
  }, [name, known, isThere, recents, route])

  return (
    <h1 className="title">
      <span className="unseen">{name}</span>
      <input {...field} aria-label={t('document.title')} placeholder={name} />
    </h1>
  )
}
