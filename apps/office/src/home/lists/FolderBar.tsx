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
  const [asked, setAsked] = useState<Asked>()
  const add = useRef<HTMLButtonElement>(null)
  const close = () => setAsked(undefined)
  // A question is about the folder of which it was asked, whichever is chosen since.
  const about = folders.find(({ id }) => id === asked?.folder)
  return (
    <>
      <nav className="lists folders" aria-label={TEXTS.views.folder}>
        <Names
          folders={folders}
          chosen={chosen}
          onChoose={(id) => {
            close()
            onChoose(id)
          }}
        />
        <button ref={add} type="button" className="link" onClick={() => setAsked({ what: 'new' })}>
          {TEXTS.newFolder}
        </button>
        {chosen !== undefined && (
          <span className="folder-actions">
            <Action
              label={TEXTS.renameFolder(chosen.name)}
              onClick={() => setAsked({ what: 'rename', folder: chosen.id })}
            >
              {ICONS.rename}
            </Action>
            <Action
              label={TEXTS.removeFolder(chosen.name)}
              onClick={() => setAsked({ what: 'remove', folder: chosen.id })}
            >
              {ICONS.remove}
            </Action>
          </span>
        )}
      </nav>
      {asked?.what === 'new' && <NameForm name="" onName={onAdd} onClose={close} />}
      {asked?.what === 'rename' && about !== undefined && (
        <NameForm name={about.name} onName={(name) => onRename(about, name)} onClose={close} />
      )}
      {asked?.what === 'remove' && about !== undefined && (
        <Question
          text={TEXTS.removeQuestion(about.name)}
          yes={TEXTS.yesRemove}
          onYes={() => {
            close()
            // The button that asked belongs to another folder then, or is gone.
            add.current?.focus()
            onRemove(about)
          }}
          onNo={close}
        />
      )}
    </>
  )
}

function Names({
  folders,
  chosen,
  onChoose,
}: Pick<FolderBarProps, 'folders' | 'chosen' | 'onChoose'>) {
  return folders.map(({ id, name }) => (
    <button
      key={id}
      type="button"
      dir="auto"
      aria-current={id === chosen?.id ? 'true' : undefined}
      onClick={() => onChoose(id)}
    >
      {name}
    </button>
  ))
}

/** What is asked, and of which folder: its id. */
interface Asked {
  readonly what: 'new' | 'rename' | 'remove'
  readonly folder?: string
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
        onKeyDown={({ key }) => key === 'Escape' && close()}
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
