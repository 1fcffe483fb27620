import './lists.css'
import { type ReactNode, useEffect, useId, useLayoutEffect, useState } from 'react'
import { reasonOf } from '../../language/reason.js'
import { deleteForGood, mark, readList, setTrashed } from './calls.js'
import type { Listed } from './listed.js'
import { type ListedActions, ListedRow, nameOf } from './ListedRow.js'
import { TEXTS } from './texts.js'
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
  const areKept = useAreKept()
  const [view, setView] = useState<View>(hasRecent ? 'recent' : 'own')
  const isOther = areKept && view !== 'recent'
  useLayoutEffect(() => onOther(isOther), [isOther, onOther])
  const choose = (next: View) => {
    setView(next)
    // It speaks of another list.
    props.notify('')
  }
  if (!areKept) return null
  return (
    <>
      <nav className="lists" aria-label={TEXTS.lists}>
        {VIEWS.map((each) => (
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
      {view !== 'recent' && <List key={view} list={view} {...props} />}
    </>
  )
}

/** Returns whether the server keeps lists. Nearly every one that knows its users does, so nothing jumps when it says so. */
function useAreKept(): boolean {
  const [areKept, setKept] = useState(true)
  useEffect(() => {
    const life = new AbortController()
    const ask = async () => {
      const { isKept } = await readList({ list: 'own', text: '', limit: 1 }, undefined, life.signal)
      if (!life.signal.aborted) setKept(isKept !== false)
    }
    ask().catch(() => {})
    return () => life.abort()
  }, [])
  return areKept
}

type ListProps = Pick<ListsProps, 'nowMs' | 'notify'> & {
  readonly list: Exclude<View, 'recent'>
}

function List({ list, nowMs, notify }: ListProps) {
  const [text, setText] = useState('')
  const shown = useListed({ list, text: text.trim() })
  const heading = useId()
  const actions = actionsOn(shown, notify)
  return (
    <section aria-labelledby={heading}>
      <div className="list-head">
        <h2 id={heading}>{TEXTS.views[list]}</h2>
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
            nowMs={nowMs}
            actions={actions}
          />
        )}
      </Documents>
    </section>
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
function actionsOn(shown: Shown, notify: (notice: ReactNode) => void): ListedActions {
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
    deleteForGood: (listed) => {
      shown.put(listed.room, undefined)
      void act(deleteForGood(listed.room), TEXTS.isDeleted(nameOf(listed)))
    },
  }
}
