import type { Doc } from 'yjs'
import { memo, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { isKnownFormat, observeFormat, SHEET_FORMAT } from '@whereabouts/univer/document'
import { GivenBackDialog } from './GivenBackDialog.js'
import { currentLanguage, t } from './language/language.js'
import { NewerFormat, useKnownFormat } from './newer-format.js'
import { notify } from './passing-notice.js'
import type { RoomDocument } from './room-document.js'
import type { Session } from './session.js'
import { StateNote } from './StateNote.js'
import type { GivenBack } from '@whereabouts/univer'
import type { Sheet } from './open-sheet.js'

interface SheetViewProps {
  readonly session: Session
  readonly onOpen: (sheet: Sheet) => void
}

/** Renders the sheet, and loads its heavy part, the grid, on demand. */
export const SheetView = memo(function SheetView({ session, onOpen }: SheetViewProps) {
  const grid = useRef<HTMLDivElement>(null)
  const markers = useRef<HTMLDivElement>(null)
  const [state, setState] = useState<'loading' | 'open' | 'failed'>('loading')
  const [given, setGiven] = useState<readonly GivenBack[]>([])
  const [closed, setClosed] = useState(0)
  const current = given[closed]
  const sheet = useRef<Sheet | null>(null)
  const isKnown = useKnownFormat(session, SHEET_FORMAT)
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit)

  useReopening(session, setState)
  useEffect(() => {
    const giveBack = (text: GivenBack) => setGiven((before) => [...before, text])
    void openWhenLoaded().catch((error: unknown) => {
      setState('failed')
      throw error
    })
    async function openWhenLoaded() {
      const [openSheet] = await Promise.all([loadGrid(), whenThere(session.document)])
      await whenKnown(session.doc)
      if (grid.current === null || markers.current === null) return
      const notices = { notify, giveBack }
      sheet.current = await openSheet(grid.current, markers.current, session, notices)
      onOpen(sheet.current)
      setState('open')
    }
  }, [session, onOpen])

  return (
    <main
      className="sheet"
      aria-label={t('common.kind', { kind: 'sheet' })}
      aria-busy={state === 'loading'}
    >
      {!isKnown && <NewerFormat session={session} kind="sheet" />}
      {state !== 'open' && isKnown && <Loading hasFailed={state === 'failed'} />}
      <div ref={grid} dir="ltr" className={isKnown && canEdit ? 'grid has-tools' : 'grid'} />
      <div ref={markers} dir="ltr" className="markers" aria-hidden="true" />
      {state === 'open' && <StateNote session={session} kind="sheet" />}
      {current !== undefined && (
        <GivenBackDialog
          key={closed}
          given={current}
          onPut={canEdit ? (text) => sheet.current?.put(text) ?? false : undefined}
          onClose={() => {
            setClosed(closed + 1)
            sheet.current?.focus()
          }}
        />
      )}
    </main>
  )
})

function Loading({ hasFailed }: { readonly hasFailed: boolean }) {
  if (!hasFailed) return <p className="loading">{t('sheet.loading')}</p>
  return (
    <p className="loading">
      {t('sheet.failed')} <a href={location.href}>{t('common.tryAgain')}</a>
    </p>
  )
}

/** Loads the grid, and what it says in the language of the window. */
async function loadGrid() {
  const texts = currentLanguage().language.loadGridTexts()
  const [{ openSheet }] = await Promise.all([import('./open-sheet.js'), texts])
  return openSheet
}

/**
 * Reloads the page once the old document is safe elsewhere, since the grid can't be given another
 * one. Until then nothing more is written into the old one.
 */
function useReopening(session: Session, setState: (state: 'loading') => void): void {
  useEffect(() => {
    const { doc, document } = session
    let isReopening = false
    return document.subscribe(() => {
      if (session.doc === doc || isReopening) return
      isReopening = true
      setState('loading')
      const { provider } = session
      const look = () => {
        if (provider.saved || provider.kept) location.reload()
      }
      provider.on('saved', look)
      provider.on('kept', look)
      look()
    })
  }, [session, setState])
}

/** Resolves when there is something to show, from the server or from this browser's copy. */
function whenThere(document: RoomDocument): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!document.getSnapshot().isThere) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = document.subscribe(look)
    look()
  })
}

/** Resolves when the document is in a version that this client can show. @see SHEET.md SD22 */
async function whenKnown(doc: Doc): Promise<void> {
  // Evaluating the grid's scripts and starting the grid each take long enough for a task of their own.
  await new Promise((resolve) => void setTimeout(resolve))
  await new Promise<void>((resolve) => {
    const look = () => {
      if (!isKnownFormat(doc, SHEET_FORMAT)) return
      stop()
      resolve()
    }
    const stop = observeFormat(doc, look)
    look()
  })
}
