import type { Editor } from '@tiptap/core'
import { useState } from 'react'
import { createPortal } from 'react-dom'
import type { Session } from '../../../session.js'
import { anchorOfSelection, goToText, threadAtCaret } from './anchors.js'
import { authorOf } from './author.js'
import type { Anchor, Thread, Written } from './comments-document.js'
import { Panel } from './Panel.js'
import { TEXTS } from './texts.js'
import { useAsked, useClicks, useKey, useStable } from './useAsked.js'
import { useComments } from './useComments.js'
import { useMarks } from './useMarks.js'
import { useNews, type News } from './useNews.js'
import './comments.css'

export interface CommentsProps {
  readonly editor: Editor
  readonly session: Session
  /** Rises whenever the user asks to comment on the selection. */
  readonly asked: number
  /** Called with the reason why there can be no comment. */
  readonly refused: (why: string) => void
}

/** Shows the comments on a page, and their places in it. @see OFFICE.md PG68 */
export function Comments({ editor, session, asked, refused }: CommentsProps) {
  const now = useComments(session)
  const { comments, threads } = now
  const [isOpen, setOpen] = useState(false)
  const [draft, setDraft] = useState<Anchor | null>(null)
  const [current, choose] = useState<string>()
  const ranges = useMarks(editor, threads, draft, current)
  const news = useNews(session, threads, now.isThere)

  const show = (thread: string) => {
    setOpen(true)
    choose(thread)
  }
  const close = () => {
    setOpen(false)
    setDraft(null)
    choose(undefined)
    editor.commands.focus(null, { scrollIntoView: false })
  }
  const begin = () => {
    const here = threadAtCaret(editor, threads)
    if (here !== undefined) {
      focusThread(here)
      return show(here)
    }
    const anchor = anchorOfSelection(editor)
    if (anchor === undefined) return refused(TEXTS.selectText)
    setDraft(anchor)
    setOpen(true)
  }
  useBeginning(editor, asked, begin, show)
  const send = (written: Written) => {
    const added = comments!.begin(authorOf(session), draft!, written)
    if (typeof added !== 'object') return added
    setDraft(null)
    choose(added.id)
    focusThread(added.id)
    news.say(TEXTS.sent)
    return undefined
  }
  const go = ({ id, anchor }: Thread) => {
    choose(id)
    goToText(editor, anchor)
  }
  const shown = { session, ...now, ranges, current, draft, send, choose, go, close }
  const panel = <Panel {...shown} say={news.say} cancel={() => setDraft(null)} />
  const open = threads.filter(({ resolved }) => resolved === undefined).length
  const body = editor.view.dom.closest('.page-body')
  return (
    <>
      <BarButton open={open} isOpen={isOpen} onClick={() => (isOpen ? close() : setOpen(true))} />
      {isOpen && body !== null && createPortal(panel, body)}
      <NewsLog said={news.said} />
    </>
  )
}

/** Puts the focus on a thread once it is shown. */
function focusThread(thread: string): void {
  requestAnimationFrame(() => document.getElementById(`thread-${thread}`)?.focus())
}

/** Follows everything that begins a comment, or leads to one. */
function useBeginning(
  editor: Editor,
  asked: number,
  begin: () => void,
  show: (thread: string) => void,
): void {
  const begins = useStable(begin)
  useAsked(asked, begins)
  useKey(begins)
  useClicks(editor, useStable(show))
}

interface BarButtonProps {
  /** The number of open threads. */
  readonly open: number
  readonly isOpen: boolean
  readonly onClick: () => void
}

function BarButton({ open, isOpen, onClick }: BarButtonProps) {
  const place = document.querySelector('.comments-place')
  if (place === null) return null
  return createPortal(
    <button
      type="button"
      className="share comments-button"
      aria-expanded={isOpen}
      aria-label={TEXTS.button(open)}
      onClick={onClick}
    >
      {TEXTS.title}
      {open > 0 && <span className="count">{open}</span>}
    </button>,
    place,
  )
}

const NewsLog = ({ said }: Pick<News, 'said'>) => (
  <div className="unseen" role="log" aria-live="polite" aria-label={TEXTS.title}>
    {said.map(({ id, text }) => (
      <p key={id}>{text}</p>
    ))}
  </div>
)
