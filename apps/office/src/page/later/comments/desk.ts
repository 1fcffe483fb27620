import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Session } from '../../../session.js'
import type { CommentsDocument } from './comments-document.js'
import type { Draft, DraftKey, Drafts } from './drafts.js'

/** What everything in the panel works with. */
export interface Desk {
  readonly session: Session
  readonly comments: CommentsDocument
  readonly drafts: Drafts
  /** Those who can be mentioned. */
  readonly people: readonly string[]
  /** The author that whoever is at this window is. */
  readonly ownId: string | undefined
  /** Whether they have to choose a name before they write. */
  readonly asksName: boolean
  readonly canWrite: boolean
  /** Has screen readers say something. */
  readonly say: (text: string) => void
}

export const DeskContext = createContext<Desk | null>(null)

export const useDesk = (): Desk => useContext(DeskContext)!

/** Returns a draft, as it is now. */
export function useDraft(key: DraftKey): Draft | undefined {
  const { drafts } = useDesk()
  return useSyncExternalStore(drafts.subscribe, () => drafts.getSnapshot().get(key))
}
