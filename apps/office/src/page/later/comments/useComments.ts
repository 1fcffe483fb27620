import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Beside, Session } from '../../../session.js'
import { CommentsDocument, type Thread } from './comments-document.js'
import { connect } from './connection.js'
import { TEXTS } from './texts.js'

const NONE: readonly Thread[] = []
const NEVER = () => () => {}

/** The comments on a page, as they are now. */
export interface CommentsNow {
  readonly comments: CommentsDocument | undefined
  readonly threads: readonly Thread[]
  /** Whether they are loaded. */
  readonly isThere: boolean
  /** What to tell whoever writes; `undefined` if all is well. */
  readonly trouble: string | undefined
}

/** Connects to the comments on a page while it is open. */
export function useComments(session: Session): CommentsNow {
  const connection = useConnection(session)
  const subscribe = connection?.document.subscribe ?? NEVER
  const doc = useSyncExternalStore(subscribe, () => connection?.document.doc)
  const state = useSyncExternalStore(subscribe, () => connection?.document.getSnapshot())
  const comments = useMemo(() => doc && new CommentsDocument(doc), [doc])
  const follow = comments?.subscribe ?? NEVER
  const threads = useSyncExternalStore(follow, () => comments?.threads ?? NONE)
  const isKnown = useSyncExternalStore(follow, () => comments?.isKnown !== false)
  const isThere = state?.isThere === true
  return { comments, threads, isThere, trouble: isKnown ? troubleOf(state?.saving) : TEXTS.notNow }
}

function useConnection(session: Session): Beside | undefined {
  const [connection, setConnection] = useState<Beside>()
  useEffect(() => {
    const made = connect(session)
    // oxlint-disable-next-line react/set-state-in-effect -- connecting is an effect, and what it makes is shown
    setConnection(made)
    return () => made?.close()
  }, [session])
  return connection
}

function troubleOf(saving: string | undefined): string | undefined {
  if (saving === 'setAside') return TEXTS.refused
  return saving === 'kept' || saving === 'unkept' ? TEXTS.notSaved : undefined
}
