import { useCallback, useEffect, useRef, useSyncExternalStore, type KeyboardEvent } from 'react'
import { observeName, readTitle, writeTitle } from './document-name.js'
import type { Session } from './session.js'

/**
 * Returns the properties of a field for a document's title. A title that is being typed is left
 * alone; it takes effect when the person is done.
 *
 * @see OFFICE.md PG1
 */
export function useTitle<Field extends HTMLInputElement | HTMLTextAreaElement>(
  session: Session,
  onDone: () => void,
) {
  const doc = useSyncExternalStore(session.document.subscribe, () => session.doc)
  const subscribe = useCallback((listener: () => void) => observeName(doc, listener), [doc])
  const title = useSyncExternalStore(subscribe, () => readTitle(doc)) ?? ''
  const { isThere } = useSyncExternalStore(session.document.subscribe, session.document.getSnapshot)
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit) && isThere
  const field = useRef<Field>(null)

  useEffect(() => {
    if (field.current !== null && field.current !== document.activeElement) {
      field.current.value = title
    }
  }, [title])

  const write = () => {
    const typed = field.current?.value ?? ''
    if (canEdit && typed !== title) writeTitle(doc, typed)
    if (field.current !== null) field.current.value = readTitle(doc) ?? ''
  }
  const finish = (event: KeyboardEvent<Field>) => {
    if (event.key === 'Escape') event.currentTarget.value = title
    if (event.key === 'Escape' || event.key === 'Enter') {
      event.preventDefault()
      event.currentTarget.blur()
      onDone()
    }
  }
  return {
    ref: field,
    defaultValue: title,
    readOnly: !canEdit,
    dir: 'auto',
    onBlur: write,
    onKeyDown: finish,
  } as const
}
