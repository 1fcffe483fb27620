import { Problem } from '@whereabouts/client'
import { listVersions, namePresent, nameVersion, type Version } from '@whereabouts/client/history'
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Doc } from 'yjs'
import type { Content } from '../content.js'
import { t } from '../language/language.js'
import { addressOf, type DocumentRoute } from '../route.js'
import type { Session } from '../session.js'
import { byDay, peopleOf, timeOf, whenOf } from './days.js'
import { Preview } from './Preview.js'
import { TEXTS } from './texts.js'
import { documentOf, putIntoNewRoom } from './versions.js'
import './history.css'

export interface HistoryPanelProps {
  readonly session: Session
  readonly route: DocumentRoute
  readonly content: Content
  readonly onClose: () => void
  /** Closes the panel after something was done in the document, with what to tell the user. */
  readonly onDone: (said: string) => void
}

const AT_ONCE = 100

/** Shows the versions of a document, what was different, and restores one; open while mounted. @see OFFICE.md HY13 */
export function HistoryPanel(props: HistoryPanelProps) {
  const { session, onClose } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const loaded = useVersions(session)
  const { versions, hasMore, rename, add } = loaded
  const [chosen, choose] = useState<number | null>(null)
  const [said, say] = useState('')
  useEffect(() => dialog.current?.showModal(), [])
  const at = versions?.findIndex(({ id }) => id === chosen) ?? -1
  const version = versions?.[at]

  return (
    <dialog ref={dialog} className="history-dialog" aria-labelledby="history" onClose={onClose}>
      <div className="history-head">
        <h2 id="history">{TEXTS.title}</h2>
        <output className="said">{said}</output>
        <button type="button" onClick={() => dialog.current?.close()}>
          {TEXTS.close}
        </button>
      </div>
      <nav aria-label={TEXTS.list}>
        <PresentForm
          session={session}
          say={say}
          onNamed={(named) => {
            add(named)
            choose(named.id)
          }}
        />
        <List versions={versions ?? []} chosen={chosen} onChoose={choose} />
        <EndOfList {...loaded} />
      </nav>
      {version === undefined ? (
        <section className="version">
          <p className="hint">{TEXTS.choose}</p>
        </section>
      ) : (
        <Shown
          key={version.id}
          {...props}
          version={version}
          before={versions?.[at + 1]}
          isFirst={at + 1 === versions?.length && !hasMore}
          say={say}
          onFailed={() => {
            say(t('common.unreachable'))
            choose(null)
          }}
          onRename={rename}
        />
      )}
    </dialog>
  )
}

/** Says that more is to come, that there is nothing, or that it couldn't be loaded. */
function EndOfList({ versions, hasMore, hasFailed, load }: ReturnType<typeof useVersions>) {
  if (versions === null && !hasFailed) return <p>{TEXTS.loading}</p>
  if (versions?.length === 0) return <p>{TEXTS.none}</p>
  if (!hasMore && !hasFailed) return null
  return (
    <>
      {hasFailed && <p>{TEXTS.failed}</p>}
      <button type="button" onClick={() => void load()}>
        {hasFailed ? TEXTS.again : TEXTS.more}
      </button>
    </>
  )
}

interface ListProps {
  readonly versions: readonly Version[]
  readonly chosen: number | null
  readonly onChoose: (id: number) => void
}

function List({ versions, chosen, onChoose }: ListProps) {
  return byDay(versions, Date.now()).map(({ title, versions: ofDay }) => (
    <section key={title} aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {ofDay.map(({ id, atMs, name, authors }) => (
          <li key={id}>
            <button type="button" aria-current={id === chosen} onClick={() => onChoose(id)}>
              <span>{timeOf(atMs)}</span>
              {name !== undefined && <strong>{name}</strong>}
              <span className="authors">{peopleOf(authors)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  ))
}

interface ShownProps extends HistoryPanelProps {
  readonly version: Version
  readonly before: Version | undefined
  /** Whether no older version is kept. */
  readonly isFirst: boolean
  readonly say: (text: string) => void
  /** Called if what shows it can't be fetched. */
  readonly onFailed: () => void
  readonly onRename: (id: number, name: string | null) => void
}

type Base = 'before' | 'now'

/** A version beside another one, and what can be done with it. */
function Shown(props: ShownProps) {
  const { session, route, version, before, isFirst, onFailed } = props
  const [base, setBase] = useState<Base>(before === undefined ? 'now' : 'before')
  const doc = useDocument(session, version)
  const docBefore = useDocument(session, base === 'before' ? before : undefined)
  const other = base === 'now' ? session.doc : docBefore
  return (
    <section className="version" aria-labelledby="version">
      <h3 id="version" tabIndex={-1}>
        {TEXTS.at(whenOf(version.atMs))}
      </h3>
      <p className="authors">
        {peopleOf(version.authors)}
        {isFirst && ` · ${TEXTS.first}`}
      </p>
      <label>
        {TEXTS.compareWith}{' '}
        <select value={base} onChange={(event) => setBase(event.currentTarget.value as Base)}>
          {before !== undefined && <option value="before">{TEXTS.withBefore}</option>}
          <option value="now">{TEXTS.withNow}</option>
        </select>
      </label>
      {typeof doc === 'string' && <p role="alert">{doc}</p>}
      {doc === null && <p>{TEXTS.loading}</p>}
      {isDoc(doc) && (
        <>
          <Actions {...props} doc={doc} />
          {isDoc(other) ? (
            <Preview kind={route.kind} shown={doc} other={other} onFailed={onFailed} />
          ) : (
            <p>{other ?? TEXTS.loading}</p>
          )}
        </>
      )}
    </section>
  )
}

const isDoc = (doc: Doc | string | null | undefined): doc is Doc =>
  typeof doc === 'object' && doc !== null

function Actions({ doc, ...props }: ShownProps & { readonly doc: Doc }) {
  const { session, route, content, version, say, onRename, onDone } = props
  const [copy, setCopy] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const restore = () => {
    const answer = content.restore?.(doc) ?? 'refused'
    const when = whenOf(version.atMs)
    if (answer === 'restored') onDone(TEXTS.restored(route.kind, when))
    else say(answer === 'same' ? TEXTS.already(when) : TEXTS.refused(route.kind))
  }
  const makeCopy = async () => {
    setBusy(true)
    say(TEXTS.copying)
    try {
      setCopy(await putIntoNewRoom(route.kind, doc))
      say(TEXTS.copied)
    } catch {
      say(TEXTS.notCopied)
    } finally {
      setBusy(false)
    }
  }
  const saveName = async (typed: string) => {
    const name = typed.trim() === '' ? null : typed.trim()
    try {
      await nameVersion(session.room, version.id, name)
      onRename(version.id, name)
      say(name === null ? TEXTS.unnamed : TEXTS.named)
    } catch {
      say(TEXTS.notNamed)
    }
  }
  return (
    <div className="version-actions">
      <button type="button" className="primary" onClick={restore}>
        {TEXTS.restore}
      </button>
      {copy === null ? (
        <button type="button" disabled={isBusy} onClick={() => void makeCopy()}>
          {TEXTS.copy}
        </button>
      ) : (
        <a href={addressOf({ kind: route.kind, room: copy })} target="_blank" rel="noopener">
          {TEXTS.openCopy}
        </a>
      )}
      <NameForm
        label={TEXTS.name}
        button={TEXTS.saveName}
        name={version.name ?? ''}
        onSave={saveName}
      />
    </div>
  )
}

interface PresentFormProps {
  readonly session: Session
  readonly say: (text: string) => void
  readonly onNamed: (version: Version) => void
}

/** Makes a version of the present, with a name. */
function PresentForm({ session, say, onNamed }: PresentFormProps) {
  const [count, setCount] = useState(0)
  const save = async (typed: string) => {
    try {
      onNamed(await namePresent(session.room, typed.trim()))
      say(TEXTS.presentNamed)
      setCount(count + 1)
    } catch {
      say(TEXTS.notNamed)
    }
  }
  // Begins again with an empty name.
  return (
    <NameForm
      key={count}
      label={TEXTS.presentName}
      button={TEXTS.namePresent}
      name=""
      onSave={save}
    />
  )
}

interface NameFormProps {
  readonly label: string
  readonly button: string
  readonly name: string
  readonly onSave: (name: string) => Promise<void>
}

function NameForm({ label, button, name, onSave }: NameFormProps) {
  const [typed, type] = useState(name)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void onSave(typed)
      }}
    >
      <input
        aria-label={label}
        placeholder={label}
        maxLength={64}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
      />
      <button type="submit">{button}</button>
    </form>
  )
}

/** Loads a version's document: `null` while it loads, and a sentence if that isn't possible. */
function useDocument(session: Session, version: Version | undefined): Doc | string | null {
  const [loaded, setLoaded] = useState<{ id: number; doc: Doc | string } | null>(null)
  const id = version?.id
  useEffect(() => {
    if (version === undefined) return
    let isOver = false
    documentOf(session.room, version).then(
      (doc) => !isOver && setLoaded({ id: version.id, doc }),
      (error: unknown) => !isOver && setLoaded({ id: version.id, doc: whyNot(error) }),
    )
    return () => void (isOver = true)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- a version's content never changes
  }, [session, id])
  return loaded !== null && loaded.id === id ? loaded.doc : null
}

function whyNot(error: unknown): string {
  return error instanceof Problem && error.problem === 'no-version' ? TEXTS.gone : TEXTS.failed
}

/** The versions of a document, as far as they are loaded. */
function useVersions(session: Session) {
  const [versions, setVersions] = useState<readonly Version[] | null>(null)
  const [hasMore, setHasMore] = useState(false)
  const [hasFailed, setFailed] = useState(false)
  const last = versions?.at(-1)?.id
  const load = useCallback(async () => {
    setFailed(false)
    try {
      const page = last === undefined ? {} : { before: last }
      const more = await listVersions(session.room, { ...page, limit: AT_ONCE })
      setVersions((known) => [...(known ?? []), ...more])
      setHasMore(more.length === AT_ONCE)
    } catch {
      setFailed(true)
    }
  }, [session, last])
  const first = useRef(load)
  useEffect(() => void first.current(), [])
  const isOnline = useSyncExternalStore(session.subscribe, () => session.status === 'online')
  useEffect(() => {
    if (isOnline && hasFailed) void load()
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once for each time that the connection is back
  }, [isOnline])
  const rename = (id: number, name: string | null) => {
    const { name: _, ...rest } = versions!.find((each) => each.id === id)!
    const renamed = name === null ? rest : { ...rest, name }
    setVersions(versions!.map((each) => (each.id === id ? renamed : each)))
  }
  const add = (version: Version) => {
    const others = (versions ?? []).filter(({ id }) => id !== version.id)
    setVersions([version, ...others])
  }
  return { versions, hasMore, hasFailed, load, rename, add }
}
