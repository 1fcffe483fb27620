import type { ListFolder } from '@whereabouts/client'
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { cleanTitle } from '../../title.js'
import { TEXTS } from './texts.js'
import { useFocusWithin } from './useFocusWithin.js'

const NEW = ' new'

/** Where a document goes: a folder, a new one of that name, or none. */
export type Target = ListFolder | { readonly name: string } | undefined

interface MoveFormProps {
  readonly folders: readonly ListFolder[]
  /** The id of the folder that the document is in. */
  readonly current: string | undefined
  readonly onMove: (target: Target, event: FormEvent<HTMLFormElement>) => void
  readonly onClose: () => void
}

/** Asks for the folder of a document. @see OFFICE.md HM47 */
export function MoveForm({ folders, current, onMove, onClose }: MoveFormProps) {
  const [chosen, setChosen] = useState(() => current ?? folders[0]?.id ?? NEW)
  const select = useRef<HTMLSelectElement>(null)
  const onKey = ({ key }: KeyboardEvent) => void (key === 'Escape' && onClose())
  useFocusWithin(select)
  const move = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const typed = new FormData(event.currentTarget).get('name')
    const name = cleanTitle(typeof typed === 'string' ? typed : '')
    if (chosen === NEW && name === '') return
    onMove(chosen === NEW ? { name } : folders.find(({ id }) => id === chosen), event)
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape in any of its fields
    <form className="list-question" onSubmit={move} onKeyDown={onKey}>
      <select
        ref={select}
        aria-label={TEXTS.folder}
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
      >
        <option value="">{TEXTS.noFolder}</option>
        {folders.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        <option value={NEW}>{TEXTS.newFolder}</option>
      </select>
      {chosen === NEW && (
        <input
          name="name"
          dir="auto"
          maxLength={100}
          required
          aria-label={TEXTS.folderName}
          placeholder={TEXTS.folderName}
        />
      )}
      <button type="submit" className="plain">
        {TEXTS.moveNow}
      </button>
      <button type="button" className="plain" onClick={onClose}>
        {TEXTS.cancel}
      </button>
    </form>
  )
}
