import type { ListFolder } from '@whereabouts/client'
import { type FormEvent, useRef, useState } from 'react'
import { ICONS } from '../../icons.js'
import { cleanTitle } from '../../title.js'
import { Action, Question } from './ListedRow.js'
import { TEXTS } from './texts.js'

interface FolderBarProps {
  readonly folders: readonly ListFolder[]
  readonly chosen: ListFolder | undefined
  readonly onChoose: (id: string) => void
  readonly onAdd: (name: string) => void
  readonly onRename: (folder: ListFolder, name: string) => void
  readonly onRemove: (folder: ListFolder) => void
}

/** The user's folders: chooses one, and makes, renames and removes them. @see OFFICE.md HM46 */
export function FolderBar(props: FolderBarProps) {
  const { folders, chosen, onChoose, onAdd, onRename, onRemove } = props
  const [asked, setAsked] = useState<'new' | 'rename' | 'remove'>()
  const add = useRef<HTMLButtonElement>(null)
  const close = () => setAsked(undefined)
  return (
    <>
      <nav className="lists folders" aria-label={TEXTS.views.folder}>
        {folders.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            dir="auto"
            aria-current={id === chosen?.id ? 'true' : undefined}
            onClick={() => onChoose(id)}
          >
            {name}
          </button>
        ))}
        <button ref={add} type="button" className="link" onClick={() => setAsked('new')}>
          {TEXTS.newFolder}
        </button>
        {chosen !== undefined && (
          <span className="folder-actions">
            <Action label={TEXTS.renameFolder(chosen.name)} onClick={() => setAsked('rename')}>
              {ICONS.rename}
            </Action>
            <Action label={TEXTS.removeFolder(chosen.name)} onClick={() => setAsked('remove')}>
              {ICONS.remove}
            </Action>
          </span>
        )}
      </nav>
      {asked === 'new' && <NameForm name="" onName={onAdd} onClose={close} />}
      {asked === 'rename' && chosen !== undefined && (
        <NameForm name={chosen.name} onName={(name) => onRename(chosen, name)} onClose={close} />
      )}
      {asked === 'remove' && chosen !== undefined && (
        <Question
          text={TEXTS.removeQuestion(chosen.name)}
          yes={TEXTS.yesRemove}
          onYes={() => {
            close()
            // The button that asked belongs to another folder then, or is gone.
            add.current?.focus()
            onRemove(chosen)
          }}
          onNo={close}
        />
      )}
    </>
  )
}

interface NameFormProps {
  /** The name that it has. */
  readonly name: string
  readonly onName: (name: string) => void
  readonly onClose: () => void
}

function NameForm({ name, onName, onClose }: NameFormProps) {
  const [before] = useState(() => document.activeElement as HTMLElement | null)
  const close = () => {
    onClose()
    before?.focus()
  }
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const typed = new FormData(event.currentTarget).get('name')
    const next = cleanTitle(typeof typed === 'string' ? typed : '')
    if (next !== '' && next !== name) onName(next)
    close()
  }
  return (
    <form className="list-question" onSubmit={save}>
      <input
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the button beside it asks for this
        autoFocus
        name="name"
        dir="auto"
        maxLength={100}
        aria-label={TEXTS.folderName}
        placeholder={TEXTS.folderName}
        defaultValue={name}
        onFocus={(event) => event.currentTarget.select()}
        onKeyDown={(event) => event.key === 'Escape' && close()}
      />
      <button type="submit" className="plain">
        {TEXTS.save}
      </button>
      <button type="button" className="plain" onClick={close}>
        {TEXTS.cancel}
      </button>
    </form>
  )
}
