import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { Doc } from 'yjs'
import type { DocumentState, RoomDocument } from '../../../room-document.js'
import type { Beside, Session } from '../../../session.js'
import { CommentsDocument, type Thread } from './comments-document.js'
import { connect } from './connection.js'
import { TEXTS } from './texts.js'

const NEVER = () => () => {}

/** The comments on a page, as they are now. */
export interface CommentsNow {
  readonly comments: CommentsDocument
  readonly threads: readonly Thread[]
  /** Whether they are loaded, from the server or from this browser, or there can't be any yet. */
  readonly isLoaded: boolean
  /** Whether there is a page to comment on. @see OFFICE.md PG105 */
  readonly hasPage: boolean
  /** Whether they are those of the server. */
  readonly isSynced: boolean
  /** Whether what is written here would reach the others, now or later. @see OFFICE.md PG95 */
  readonly canWrite: boolean
  /** What to tell whoever writes; `undefined` if all is well. */
  readonly trouble: string | undefined
}

/** Connects to the comments on a page while it is open. */
export function useComments(session: Session): CommentsNow {
  const hasPage = useStage(session) !== 'nowhere'
  const isPageThere = useSyncExternalStore(
    session.document.subscribe,
    () => session.document.getSnapshot().isThere,
  )
  const connection = useConnection(session, hasPage)
  const subscribe = connection?.document.subscribe ?? NEVER
  const [none] = useState(() => new Doc())
  const doc = useSyncExternalStore(subscribe, () => connection?.document.doc ?? none)
  const state = useSyncExternalStore(subscribe, () => connection?.document.getSnapshot())
  const isSynced = useSynced(connection)
  const comments = useMemo(() => new CommentsDocument(doc), [doc])
  const { subscribe: follow } = comments
  const threads = useSyncExternalStore(follow, () => comments.threads)
  const isKnown = useSyncExternalStore(follow, () => comments.isKnown)
  const mayWrite = state?.isReadOnly === false
  return {
    comments,
    threads,
    isLoaded: hasPage ? state?.isThere === true : isPageThere,
    hasPage,
    isSynced,
    canWrite: mayWrite && isKnown,
    trouble: isKnown ? troubleOf(state) : TEXTS.notNow,
  }
}

/** Whether the page is nowhere yet, only in this browser as far as that is known, or on the server. */
type Stage = 'nowhere' | 'kept' | 'stored'

/** Follows where the page is. Once it is on the server, it stays there. */
function useStage({ document }: Session): Stage {
  const [stage, setStage] = useState<Stage>('nowhere')
  useEffect(() => {
    if (stage === 'stored') return undefined
    const look = () => setStage(stageOf(document))
    look()
    const { doc } = document
    doc.on('update', look)
    const stop = document.subscribe(look)
    return () => {
      doc.off('update', look)
      stop()
    }
  }, [document, stage])
  return stage
}

function stageOf({ doc, provider, getSnapshot }: RoomDocument): Stage {
  if (doc.store.clients.size === 0) return 'nowhere'
  if (!provider.synced) return 'kept'
  return getSnapshot().hasUnsaved ? 'nowhere' : 'stored'
}

/** Connects once there can be comments: the server refuses those on a page that it doesn't have. @see OFFICE.md PG105 */
function useConnection(session: Session, hasPage: boolean): Beside | undefined {
  const [connection, setConnection] = useState<Beside>()
  useEffect(() => {
    if (!hasPage) return undefined
    const made = connect(session)
    // oxlint-disable-next-line react/set-state-in-effect -- connecting is an effect, and what it makes is shown
    setConnection(made)
    return () => made?.close()
  }, [session, hasPage])
  return connection
}

/** Returns whether the server's comments have been there once. */
function useSynced(connection: Beside | undefined): boolean {
  const [synced, setSynced] = useState<Beside>()
  useEffect(() => {
    const provider = connection?.document.provider
    const look = () => {
      if (provider?.synced === true) setSynced(connection)
    }
    look()
    provider?.on('synced', look)
    return () => provider?.off('synced', look)
  }, [connection])
  return connection !== undefined && synced === connection
}

function troubleOf(state: DocumentState | undefined): string | undefined {
  if (state?.saving === 'setAside') return TEXTS.refused
  if (state?.saving !== 'kept' && state?.saving !== 'unkept') return undefined
  return state.hasUnsaved ? TEXTS.notSaved : undefined
}
