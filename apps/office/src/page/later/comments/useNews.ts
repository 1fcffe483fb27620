import { useCallback, useEffect, useRef, useState } from 'react'
import type { Session } from '../../../session.js'
import { authorOf } from './author.js'
import type { Comment, Thread } from './comments-document.js'
import { TEXTS } from './texts.js'

const KEPT = 5
const MAX_CHARACTERS = 200

/** What a screen reader says about comments. */
export interface News {
  readonly said: readonly { readonly id: number; readonly text: string }[]
  readonly say: (text: string) => void
}

/** Says what others comment from now on. @see OFFICE.md PG75 */
export function useNews(session: Session, threads: readonly Thread[], isThere: boolean): News {
  const [said, setSaid] = useState<News['said']>([])
  const known = useRef<ReadonlySet<string>>(undefined)
  const say = useCallback((text: string) => {
    setSaid((before) => [...before, { id: (before.at(-1)?.id ?? 0) + 1, text }].slice(-KEPT))
  }, [])
  useEffect(() => {
    if (!isThere) return
    const all = threads.flatMap(({ comments }) => comments)
    const before = known.current
    known.current = new Set(all.map(({ id }) => id))
    if (before === undefined) return
    const me = authorOf(session)
    for (const each of all) {
      if (!before.has(each.id) && each.author.id !== me.id) say(announcementOf(each, me.name))
    }
  }, [session, threads, isThere, say])
  return { said, say }
}

function announcementOf({ author, text, mentions }: Comment, me: string): string {
  const say = mentions.includes(me) ? TEXTS.mentionedYou : TEXTS.said
  return say(author.name, Array.from(text).slice(0, MAX_CHARACTERS).join(''))
}
