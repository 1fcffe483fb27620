import type { Editor } from '@tiptap/core'
import type { RoomProvider } from '@whereabouts/client/yjs'
import type { Doc } from 'yjs'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Content } from '../content.js'
import { formatOf, isKnownFormat, observeFormat } from '@whereabouts/univer/document'
import { PAGE_FORMAT } from '../page-document/page-format.js'
import { NewerFormat, useKnownFormat } from '../newer-format.js'
import { untilLoaded, usePart } from '../late-part.js'
import { notify } from '../passing-notice.js'
import type { Session } from '../session.js'
import { StateNote } from '../StateNote.js'
import { addParagraph } from './block-commands.js'
import { HINT_ID, openPage, type Place } from './open-page.js'
import { PageTitle } from './PageTitle.js'
import { Toolbar } from './Toolbar.js'
import './page.css'
import { t } from '../language/language.js'

export interface PageEditorProps {
  readonly session: Session
  /** The connection of the open page; a different one opens the page again. */
  readonly provider: RoomProvider
  /** The document that is shown; a different one opens the page again. */
  readonly doc: Doc
  readonly onOpen: (content: Content) => void
}

/** An open editor. One that was opened to be read is closed a moment after the right to edit came. */
interface Opened {
  readonly editor: Editor
  readonly isToWrite: boolean
}

/** Renders the page with its toolbar. */
export function PageEditor({ session, provider, doc, onOpen }: PageEditorProps) {
  const paper = useRef<HTMLDivElement>(null)
  const [opened, setOpened] = useState<Opened | null>(null)
  const editor = opened?.editor ?? null
  const [hasFailed, setHasFailed] = useState(false)
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit)
  const isReady = useReady(canEdit, doc, provider)
  const place = useRef<Place>(undefined)
  const later = usePart(opened === null ? undefined : loadLater) ?? null
  const isKnown = useKnownFormat(session, PAGE_FORMAT)
  const isToWrite = canEdit && isKnown && opened?.isToWrite === true

  useEffect(() => {
    const isPresent = provider === session.provider && doc === session.doc
    if (paper.current === null || !isPresent || !isReady) return undefined
    try {
      const where = { paper: paper.current, place: place.current }
      const page = openPage({ session, ...where, canEdit, refused: notify })
      setOpened({ editor: page.editor, isToWrite: canEdit })
      onOpen(page.content)
      return () => {
        setOpened(null)
        place.current = page.place
        page.close()
      }
    } catch (error) {
      // A stranger's document may cause this error; the rest of the window must go on.
      setHasFailed(true)
      reportError(error)
      return undefined
    }
  }, [session, provider, doc, canEdit, isReady, onOpen])

  return (
    <>
      {isToWrite && <Toolbar editor={opened.editor} refused={notify} late={later} />}
      {/* Keyboard users get below the text with the arrow keys. */}
      <div className="page-body">
        <div
          className="scroller"
          role="presentation"
          onMouseDown={(event) => writeBelow(event, editor)}
        >
          {hasFailed && <p className="loading">{t('page.cannotBeShown')}</p>}
          <div className="paper">
            <PageTitle session={session} onDone={() => editor?.commands.focus('start')} />
            <div ref={paper} />
          </div>
        </div>
      </div>
      {later !== null && editor !== null && (
        <later.Later {...{ editor, session }} canEdit={isToWrite} refused={notify} />
      )}
      <Hint />
      <StateNote session={session} kind="page" />
      {!isKnown && <NewerFormat session={session} kind="page" />}
    </>
  )
}

/** Says how to leave the text by keyboard. @see OFFICE.md PG21 */
const Hint = () => (
  <p id={HINT_ID} hidden>
    {t('page.leaveHint')}
  </p>
)

/**
 * Returns whether the page can be opened. A page that may be in an older format is opened once this
 * client has all of it, to convert it; one in a newer format isn't opened.
 *
 * @see PAGE.md PF10, PF12
 */
function useReady(canEdit: boolean, doc: Doc, provider: RoomProvider): boolean {
  // Once is enough: losing the connection later removes nothing, and an open page stays open.
  const [ready, setReady] = useState<Doc | null>(null)
  useEffect(() => {
    const look = () => {
      const isWhole = provider.synced || !canEdit || formatOf(doc) === PAGE_FORMAT
      if (isWhole && isKnownFormat(doc, PAGE_FORMAT)) setReady(doc)
    }
    look()
    provider.on('synced', look)
    const stop = observeFormat(doc, look)
    return () => {
      provider.off('synced', look)
      stop()
    }
  }, [provider, canEdit, doc])
  return ready === doc
}

/** Loads what isn't needed to begin writing, once the page is open. Without it the page is usable. */
const loadLater = () => untilLoaded(() => import('./later/Later.js'))

/**
 * On a click below the text, puts the caret into the last paragraph, which is added if it is missing.
 */
function writeBelow(event: React.MouseEvent, editor: Editor | null): void {
  const isBelow = event.target === event.currentTarget || !isInText(event.target)
  if (editor?.isEditable !== true || !isBelow || event.button !== 0) return
  event.preventDefault()
  const { doc } = editor.state
  const isParagraph = doc.lastChild?.type.name === 'paragraph'
  const chain = editor.chain().focus('end')
  if (!isParagraph) chain.command(({ tr }) => addParagraph(tr, tr.doc.content.size) === tr)
  chain.run()
}

function isInText(target: EventTarget): boolean {
  return target instanceof Element && target.closest('.text, .page-title') !== null
}
