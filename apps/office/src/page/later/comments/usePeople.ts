import { useSnapshotOf } from '@whereabouts/client/react'
import { useEffect, useMemo, useState } from 'react'
import type { Session } from '../../../session.js'
import { readAccess } from '../../../share/access.js'
import type { Thread } from './comments-document.js'

/** Returns the names of those who can be mentioned: who is here, who commented, and who has access. */
export function usePeople(session: Session, threads: readonly Thread[]): readonly string[] {
  const snapshot = useSnapshotOf(session)
  const shared = useShared(session, snapshot.can?.includes('manage') === true)
  return useMemo(() => {
    const here = snapshot.members.map(({ user }) => user.name)
    const authors = threads.flatMap(({ comments }) => comments.map(({ author }) => author.name))
    return [...new Set([...here, ...authors, ...shared])]
  }, [snapshot.members, threads, shared])
}

/** Only those who manage the document see who has access. */
function useShared(session: Session, mayManage: boolean): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([])
  useEffect(() => {
    if (!mayManage) return
    const read = async () => {
      const { access } = await readAccess(session.name)
      const users = Object.entries(access?.users ?? {})
      setNames(users.map(([id, { name }]) => name ?? id))
    }
    // Without an answer, those who are here can still be mentioned.
    read().catch(() => undefined)
  }, [session, mayManage])
  return names
}
