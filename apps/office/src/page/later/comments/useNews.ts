import { useCallback, useEffect, useRef, useState } from 'react'
import { whoIsHere } from './author.js'
import type { Session } from '../../../session.js'
import type { Comment, Thread } from './comments-document.js'
import { TEXTS } from './texts.js'

const KEPT = 5
const MAX_CHARACTERS = 200

/** What a screen reader says about comments. */
export interface News {
  readonly said: readonly { readonly id: number; readonly text: string }[]
  readonly say: (text: string) => void
}

/**
 * Says what others comment from now on.
 *
 * @param isSynced whether the server's comments are there: all before that are old
 * @see OFFICE.md PG75, PG97
 */
export function useNews(session: Session, threads: readonly Thread[], isSynced: boolean): News {
  const [said, setSaid] = useState<News['said']>([])
  const known = useRef<ReadonlySet<string>>(undefined)
  const say = useCallback((text: string) => {
    setSaid((before) => [...before, { id: (before.at(-1)?.id ?? 0) + 1, text }].slice(-KEPT))
  }, [])
  useEffect(() => {
    if (!isSynced) return
    const all = threads.flatMap(({ comments }) => comments)
    const before = known.current
    known.current = new Set(all.map(({ id }) => id))
    if (before === undefined) return
    const me = whoIsHere(session)
    for (const each of all) {
      if (!before.has(each.id) && each.author.id !== me.id) say(announcementOf(each, me.name))
    }
  }, [session, threads, isSynced, say])
  return { said, say }
}

function announcementOf({ author, text, mentions }: Comment, me: string | undefined): string {
  const say = me !== undefined && mentions.includes(me) ? TEXTS.mentionedYou : TEXTS.said
  return say(author.name, Array.from(text).slice(0, MAX_CHARACTERS).join(''))
}
