import type { Editor } from '@tiptap/core'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'
import type { Session } from '../../../session.js'
import { anchorOfSelection, goToText } from './anchors.js'
import { learnName, whoIsHere } from './author.js'
import type { Thread } from './comments-document.js'
import { DeskContext, type Desk } from './desk.js'
import { Drafts, hasText, type DraftList } from './drafts.js'
import { Panel } from './Panel.js'
import { TEXTS } from './texts.js'
import { useAsked, useClicks, useKey, useStable } from './useAsked.js'
import { useComments, type CommentsNow } from './useComments.js'
import { useMarks, type Marks } from './useMarks.js'
import { useNews, type News } from './useNews.js'
import { usePeople } from './usePeople.js'
import './comments.css'

export interface CommentsProps {
  readonly editor: Editor
  readonly session: Session
  /** Rises whenever the user asks to comment on the selection. */
  readonly asked: number
  /** Called with the reason why there can be no comment. */
  readonly refused: (why: string) => void
  /** Called with whether the user may comment. */
  readonly allowed: (mayComment: boolean) => void
}

/** Shows the comments on a page, and their places in it. @see OFFICE.md PG68 */
export function Comments(props: CommentsProps) {
  const { editor, session, allowed } = props
  const now = useComments(session)
  const { threads, canWrite } = now
  const drafts = useMemo(() => new Drafts(session.name, session.document.user), [session])
  const list = useSyncExternalStore(drafts.subscribe, drafts.getSnapshot)
  const news = useNews(session, threads, now.isSynced)
  const desk = useDesk({ session, now, drafts, news })
  const { isOpen, open, close, ...shown } = useShown(props, { now, drafts, list })
  const body = editor.view.dom.closest('.page-body')
  useEffect(() => allowed(canWrite), [allowed, canWrite])
  // Without the server, only what this browser keeps says whether there are any for this user.
  if (!now.isLoaded && !canWrite && session.status === 'reconnecting') return null
  return (
    <>
      <BarButton
        open={threads.filter(({ resolved }) => resolved === undefined).length}
        unsent={unsentIn(list)}
        isOpen={isOpen}
        onClick={isOpen ? close : open}
      />
      {isOpen &&
        body !== null &&
        createPortal(
          <DeskContext value={desk}>
            <Panel {...now} {...shown} list={list} close={close} />
          </DeskContext>,
          body,
        )}
      <NewsLog said={news.said} />
    </>
  )
}

interface ShownParts {
  readonly now: CommentsNow
  readonly drafts: Drafts
  readonly list: DraftList
}

/** What the panel shows, and everything that leads to it and from it. */
function useShown({ editor, asked, refused }: CommentsProps, { now, drafts, list }: ShownParts) {
  const { threads, canWrite } = now
  const [isOpen, setOpen] = useState(false)
  const [isResolved, showResolved] = useState(false)
  const [current, choose] = useState<string>()
  const anchor = isOpen ? list.get('new')?.anchor : undefined
  const marks = useMarks(editor, threads, anchor, current, (thread, to) => {
    if (canWrite) now.comments.anchor(thread, to)
  })
  const open = () => setOpen(true)
  const show = (thread: string) => {
    open()
    showResolved(threads.some(({ id, resolved }) => id === thread && resolved !== undefined))
    choose(thread)
  }
  const close = () => {
    const { activeElement } = document
    drafts.discardEmpty()
    setOpen(false)
    choose(undefined)
    if (isInPanel() || activeElement === document.body) focusText(editor)
  }
  const go = ({ id }: Thread) => {
    const range = marks.rangeOf(id)
    choose(id)
    if (range !== undefined) goToText(editor, range)
  }
  const begin = () => {
    if (!canWrite) return refused(now.trouble ?? (now.hasPage ? TEXTS.notAllowed : TEXTS.noPage))
    const working = isInPanel() ? threads.find(({ id }) => id === current) : undefined
    if (working !== undefined) return go(working)
    const here = nextOf(threadsAtCaret(editor, marks), isOpen ? current : undefined)
    if (here === undefined) {
      choose(undefined)
      return beginDraft({ editor, now, drafts, refused, open })
    }
    focusThread(here)
    return show(here)
  }
  useBeginning(editor, asked, begin, (at, thread) => {
    const all = marks.threadsAt(at)
    const before = isOpen ? current : undefined
    show(nextOf(all.includes(thread) ? all : [thread, ...all], before) ?? thread)
  })
  return { ...marks, isOpen, isResolved, current, open, close, show, showResolved, choose, go }
}

interface DeskParts {
  readonly session: Session
  readonly now: CommentsNow
  readonly drafts: Drafts
  readonly news: News
}

function useDesk({ session, now, drafts, news }: DeskParts): Desk {
  const { comments, threads, canWrite } = now
  const people = usePeople(session, threads)
  const { id: ownId, name } = whoIsHere(session)
  const asksName = name === undefined
  const { say } = news
  // The next comment already has the name.
  useEffect(() => void learnName(session), [session])
  return useMemo(
    () => ({ session, comments, drafts, people, ownId, asksName, canWrite, say }),
    [session, comments, drafts, people, ownId, asksName, canWrite, say],
  )
}

interface Beginning extends Pick<CommentsProps, 'editor' | 'refused'> {
  readonly now: CommentsNow
  readonly drafts: Drafts
  readonly open: () => void
}

/** Begins a comment on the selection, or leads back to the one that is begun. */
function beginDraft({ editor, now, drafts, refused, open }: Beginning): void {
  const begun = drafts.getSnapshot().get('new')
  if (begun !== undefined && hasText(begun)) {
    refused(TEXTS.sendFirst)
    drafts.begin('new', begun)
    return open()
  }
  if (now.comments.hasAll) return refused(TEXTS.full)
  const anchor = anchorOfSelection(editor)
  if (anchor === undefined) return refused(TEXTS.selectText)
  drafts.begin('new', { text: '', mentions: [], anchor })
  open()
}

/** Returns the number of drafts that would be lost. */
const unsentIn = (list: DraftList): number => [...list.values()].filter(hasText).length

const isInPanel = (): boolean => document.activeElement?.matches('.comments, .comments *') === true

/** Returns what comes after one of several, and begins again after the last. */
function nextOf(all: readonly string[], current: string | undefined): string | undefined {
  return all[(all.indexOf(current ?? '') + 1) % Math.max(1, all.length)]
}

/** The threads of the commented text that the caret is in, or that is selected. */
function threadsAtCaret({ state: { selection } }: Editor, marks: Marks): readonly string[] {
  const { from, to, empty } = selection
  const here = marks.threadsAt(from)
  return here.filter((id) => {
    const range = marks.rangeOf(id)
    return empty || (range?.from === from && range.to === to)
  })
}

/** Puts the focus on a thread once it is shown. */
function focusThread(thread: string): void {
  requestAnimationFrame(() => document.getElementById(`thread-${thread}`)?.focus())
}

/** A page that may only be read can't have the focus. */
function focusText(editor: Editor): void {
  if (editor.isEditable) editor.commands.focus(null, { scrollIntoView: false })
  else document.querySelector<HTMLElement>('.comments-button')?.focus()
}

/** Follows everything that begins a comment, or leads to one. */
function useBeginning(
  editor: Editor,
  asked: number,
  begin: () => void,
  show: (at: number, thread: string) => void,
): void {
  const begins = useStable(begin)
  useAsked(asked, begins)
  useKey(begins)
  useClicks(editor, useStable(show))
}

interface BarButtonProps {
  /** The number of open threads. */
  readonly open: number
  /** The number of comments that are written and not sent. */
  readonly unsent: number
  readonly isOpen: boolean
  readonly onClick: () => void
}

function BarButton({ open, unsent, isOpen, onClick }: BarButtonProps) {
  const place = document.querySelector('.comments-place')
  if (place === null) return null
  return createPortal(
    <button
      type="button"
      className="share comments-button"
      aria-expanded={isOpen}
      aria-label={TEXTS.button(open, unsent)}
      title={TEXTS.button(open, unsent)}
      onClick={onClick}
    >
      {TEXTS.title}
      {/* The name says these, in words. */}
      {open > 0 && <span className="count" data-count={open} />}
      {unsent > 0 && <span className="unsent" />}
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
