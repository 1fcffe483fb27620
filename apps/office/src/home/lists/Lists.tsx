import './lists.css'
import type { ListFolder } from '@whereabouts/client'
import { type ReactNode, useId, useLayoutEffect, useState } from 'react'
import { reasonOf } from '../../language/reason.js'
import { changeFolder, deleteForGood, mark, setTrashed } from './calls.js'
import { FolderBar } from './FolderBar.js'
import type { Listed } from './listed.js'
import { type ListedActions, ListedRow, nameOf } from './ListedRow.js'
import type { Target } from './MoveForm.js'
import { TEXTS } from './texts.js'
import { type Kept, useFolders } from './useFolders.js'
import { type Shown, useListed } from './useListed.js'
import { type View, VIEWS } from './views.js'

export interface ListsProps {
  readonly hasRecent: boolean
  readonly nowMs: number
  readonly notify: (notice: ReactNode) => void
  /** Called with whether a list is shown in place of what this browser has opened. */
  readonly onOther: (isShown: boolean) => void
}

/**
 * Shows the user's lists, if the server keeps any. What this browser has opened stays Home's own, as
 * somebody may use it before this part is there.
 *
 * @see OFFICE.md HM20
 */
export function Lists({ hasRecent, onOther, ...props }: ListsProps) {
  const kept = useFolders()
  const [view, setView] = useState<View>(hasRecent ? 'recent' : 'own')
  const isOther = kept.areLists && view !== 'recent'
  useLayoutEffect(() => onOther(isOther), [isOther, onOther])
  const choose = (next: View) => {
    setView(next)
    // It speaks of another list.
    props.notify('')
  }
  if (!kept.areLists) return null
  const views = VIEWS.filter((each) => each !== 'folder' || kept.folders !== undefined)
  return (
    <>
      <nav className="lists" aria-label={TEXTS.lists}>
        {views.map((each) => (
          <button
            key={each}
            type="button"
            aria-current={each === view ? 'true' : undefined}
            onClick={() => choose(each)}
          >
            {TEXTS.views[each]}
          </button>
        ))}
      </nav>
      {view === 'folder' ? (
        <Folders kept={kept} {...props} />
      ) : (
        view !== 'recent' && <List key={view} list={view} kept={kept} {...props} />
      )}
    </>
  )
}

type ListProps = Pick<ListsProps, 'nowMs' | 'notify'> & {
  readonly list: Exclude<View, 'recent'>
  /** The folder that is listed, of the list `folder`. */
  readonly folder?: ListFolder
  readonly kept: Kept
}

function List({ list, folder, kept, nowMs, notify }: ListProps) {
  const [text, setText] = useState('')
  const wanted = { list, ...(folder !== undefined && { folder: folder.id }) }
  const shown = useListed({ ...wanted, text: text.trim() })
  const heading = useId()
  const actions = actionsOn(shown, kept, notify)
  return (
    <section aria-labelledby={heading}>
      <div className="list-head">
        <h2 id={heading} dir="auto">
          {folder?.name ?? TEXTS.views[list]}
        </h2>
        <input
          type="search"
          maxLength={100}
          aria-label={TEXTS.search}
          placeholder={TEXTS.search}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <Documents
        shown={shown}
        text={text.trim()}
        none={text.trim() === '' ? TEXTS.none[list] : TEXTS.notFound}
      >
        {(listed) => (
          <ListedRow
            key={listed.room}
            listed={listed}
            isShared={list === 'shared'}
            isInFolder={list === 'folder'}
            folders={kept.folders}
            nowMs={nowMs}
            actions={actions}
          />
        )}
      </Documents>
    </section>
  )
}

type FoldersProps = Omit<ListProps, 'list' | 'folder'>

/** The user's folders, and what is in the chosen one. @see OFFICE.md HM46 */
function Folders({ kept, nowMs, notify }: FoldersProps) {
  const { folders = [], again } = kept
  const [id, setId] = useState<string>()
  const chosen = folders.find((folder) => folder.id === id) ?? folders[0]
  const change = async (work: Promise<string>) => {
    notify('')
    try {
      setId(await work)
    } catch (error) {
      notify(reasonOf(error))
    }
    await again()
  }
  return (
    <>
      <FolderBar
        folders={folders}
        chosen={chosen}
        onChoose={setId}
        onAdd={(name) => void change(changeFolder({ name }))}
        onRename={(folder, name) => void change(changeFolder({ folder: folder.id, name }))}
        onRemove={(folder) => void change(changeFolder({ folder: folder.id, name: null }))}
      />
      {chosen === undefined ? (
        <p className="list-note">{TEXTS.noFolders}</p>
      ) : (
        <List
          key={chosen.id}
          list="folder"
          folder={chosen}
          kept={kept}
          nowMs={nowMs}
          notify={notify}
        />
      )}
    </>
  )
}

interface DocumentsProps {
  readonly shown: Shown
  /** What is looked for. */
  readonly text: string
  /** What is said of a list without documents. */
  readonly none: string
  readonly children: (listed: Listed) => ReactNode
}

function Documents({ shown: { read, more, again }, text, none, children }: DocumentsProps) {
  if (read === undefined) return <p className="list-note list-loading">{TEXTS.loading}</p>
  const { documents, next, failed } = read
  const isCurrent = read.text === text
  const isEmpty = documents.length === 0 && next === undefined && failed === undefined
  return (
    <>
      {isEmpty && isCurrent && <p className="list-note">{none}</p>}
      {documents.length > 0 && <ul className="recents">{documents.map(children)}</ul>}
      {failed !== undefined && <p className="list-note">{failed}</p>}
      {isCurrent && (next ?? failed) !== undefined && (
        <button
          type="button"
          className="plain list-more"
          onClick={() => void (next === undefined ? again() : more())}
        >
          {failed === undefined ? TEXTS.more : TEXTS.again}
        </button>
      )}
    </>
  )
}

/** Returns what the buttons of a list's rows do. The notice of an action that can be undone offers to undo it. */
function actionsOn(shown: Shown, kept: Kept, notify: (notice: ReactNode) => void): ListedActions {
  const act = async (work: Promise<void>, said: ReactNode) => {
    notify('')
    try {
      await work
      notify(said)
    } catch (error) {
      notify(reasonOf(error))
    }
    await shown.again()
  }
  const undoable = (said: string, undo: () => Promise<void>) => (
    <>
      {said}{' '}
      <button type="button" className="undo" onClick={() => void act(undo(), '')}>
        {TEXTS.undo}
      </button>
    </>
  )
  return {
    star: (listed, starred) => {
      shown.put(listed.room, { ...listed, isStarred: starred })
      void act(mark(listed.room, { starred }), '')
    },
    trash: (listed) => {
      shown.put(listed.room, undefined)
      const undo = () => setTrashed(listed.room, false)
      void act(setTrashed(listed.room, true), undoable(TEXTS.trashed(nameOf(listed)), undo))
    },
    hide: (listed) => {
      shown.put(listed.room, undefined)
      const undo = () => mark(listed.room, { hidden: false })
      void act(mark(listed.room, { hidden: true }), undoable(TEXTS.hidden(nameOf(listed)), undo))
    },
    restore: (listed) => {
      shown.put(listed.room, undefined)
      void act(setTrashed(listed.room, false), TEXTS.restored(nameOf(listed)))
    },
    move: (listed, target, isGone) => {
      const name = nameOf(listed)
      if (isGone) shown.put(listed.room, undefined)
      const said = target === undefined ? TEXTS.takenOut(name) : TEXTS.moved(name, target.name)
      void act(move(listed.room, target), said).then(kept.again)
    },
    deleteForGood: (listed) => {
      shown.put(listed.room, undefined)
      void act(deleteForGood(listed.room), TEXTS.isDeleted(nameOf(listed)))
    },
  }
}

async function move(room: string, target: Target): Promise<void> {
  if (target === undefined) return mark(room, { folder: null })
  const folder = 'id' in target ? target.id : await changeFolder({ name: target.name })
  await mark(room, { folder })
}
