import { useCallback, useEffect, useRef, useSyncExternalStore, type KeyboardEvent } from 'react'
import type { OfficeProps } from './office.js'
import { nameUntitled } from './name-untitled.js'
import { observeName, readName, readTitle, writeTitle } from './document-name.js'

type TitleFieldProps = Pick<OfficeProps, 'session' | 'route' | 'recents'> & {
  /** Called when the keyboard has finished with the title. */
  readonly onDone: () => void
}

/** Shows the document's title, which can be edited in place. @see OFFICE.md PG1 */
export function TitleField({ session, route, recents, onDone }: TitleFieldProps) {
  const doc = useSyncExternalStore(session.document.subscribe, () => session.doc)
  const subscribe = useCallback((listener: () => void) => observeName(doc, listener), [doc])
  const title = useSyncExternalStore(subscribe, () => readTitle(doc))
  const known = useSyncExternalStore(subscribe, () => readName(doc, route.room))
  const { isThere } = useSyncExternalStore(session.document.subscribe, session.document.getSnapshot)
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit) && isThere
  const field = useRef<HTMLInputElement>(null)
  const name = known ?? nameUntitled(route)

  useEffect(() => {
    document.title = `${name} · whereabouts`
    if (isThere) recents.retitled(route, known)
  }, [name, known, isThere, recents, route])

  useEffect(() => {
    // A title that is being typed is left alone; it takes effect when the person is done.
    if (field.current !== null && field.current !== document.activeElement) {
      field.current.value = title ?? ''
    }
  }, [title])

  const write = () => {
    const typed = field.current?.value ?? ''
    if (canEdit && typed !== (title ?? '')) writeTitle(doc, typed)
    if (field.current !== null) field.current.value = readTitle(doc) ?? ''
  }
  const finish = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') event.currentTarget.value = title ?? ''
    if (event.key === 'Escape' || event.key === 'Enter') {
      event.currentTarget.blur()
      onDone()
    }
  }
  return (
    <h1 className="title">
      <span className="unseen">{name}</span>
      <input
        ref={field}
        aria-label="Title"
        placeholder={name}
        defaultValue={title ?? ''}
        readOnly={!canEdit}
        dir="auto"
        onBlur={write}
        onKeyDown={finish}
      />
    </h1>
  )
}
