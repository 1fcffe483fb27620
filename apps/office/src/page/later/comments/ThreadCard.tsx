import { memo, useEffect, useRef, useState } from 'react'
import { authorOf } from './author.js'
import { CommentItem } from './CommentItem.js'
import type { Comment, Thread } from './comments-document.js'
import { Composer } from './Composer.js'
import { useDesk, useDraft } from './desk.js'
import { NameField, useName } from './NameField.js'
import { TEXTS } from './texts.js'

/** A thread with more comments is shown in part. */
const MOST_SHOWN = 5
const AT_BEGINNING = 1
const AT_END = 2

interface ThreadCardProps {
  readonly thread: Thread
  readonly isCurrent: boolean
  /** Whether its text is deleted. */
  readonly isGone: boolean
  readonly onGo: (thread: Thread) => void
}

/** A thread: what it is about, its comments, and what can be done with it. */
export const ThreadCard = memo(function ThreadCard(props: ThreadCardProps) {
  const { thread, isCurrent, isGone, onGo } = props
  const { id, anchor, resolved, comments } = thread
  const { canWrite } = useDesk()
  const card = useRef<HTMLElement>(null)
  useEffect(() => {
    if (isCurrent) card.current?.scrollIntoView({ block: 'nearest' })
  }, [isCurrent])
  return (
    <article
      ref={card}
      id={`thread-${id}`}
      className={isCurrent ? 'thread current' : 'thread'}
      tabIndex={-1}
      aria-label={TEXTS.threadOn(anchor.quote)}
    >
      <Quote quote={anchor.quote} isGone={isGone} onGo={() => onGo(thread)} />
      <Items comments={comments} isCurrent={isCurrent} />
      {resolved !== undefined && <p className="end">{TEXTS.resolvedBy(resolved.by)}</p>}
      <Reply thread={thread} isCurrent={isCurrent} />
      {canWrite && <End thread={thread} />}
    </article>
  )
})

const itemOf = (comment: Comment) => <CommentItem key={comment.id} comment={comment} />

/**
 * The comments of a thread; of a long one only the beginning and the end until the user is at it, as others may have
 * written any number of them. What was shown stays, so that nothing moves under the mouse. PG108
 */
function Items({
  comments,
  isCurrent,
}: Pick<Thread, 'comments'> & { readonly isCurrent: boolean }) {
  const [isWhole, setWhole] = useState(isCurrent)
  if (isCurrent && !isWhole) setWhole(true)
  if (isWhole || comments.length <= MOST_SHOWN) return comments.map(itemOf)
  return [
    ...comments.slice(0, AT_BEGINNING).map(itemOf),
    <button key="more" type="button" className="plain" onClick={() => setWhole(true)}>
      {TEXTS.more(comments.length - AT_BEGINNING - AT_END)}
    </button>,
    ...comments.slice(-AT_END).map(itemOf),
  ]
}

/** The field for a reply: hundreds of them would make the panel slow, so only the thread that the user is at has one. */
function Reply({ thread, isCurrent }: Pick<ThreadCardProps, 'thread' | 'isCurrent'>) {
  const { session, comments, canWrite, say } = useDesk()
  const draft = useDraft(`reply/${thread.id}`)
  const isOpen = thread.resolved === undefined && isCurrent && canWrite
  if (!isOpen && draft === undefined) return null
  if (comments.isFull(thread) && draft === undefined)
    return <p className="hint">{TEXTS.threadFull}</p>
  return (
    <Composer
      draftKey={`reply/${thread.id}`}
      label={TEXTS.reply}
      placeholder={TEXTS.reply}
      send={TEXTS.reply}
      canSend={canWrite && !comments.isFull(thread)}
      onSend={(written) => {
        const author = authorOf(session)
        const added = author && comments.reply(author, thread.id, written)
        if (typeof added !== 'object') return added
        say(TEXTS.sent)
        return undefined
      }}
    />
  )
}

function End({ thread: { id, resolved } }: Pick<ThreadCardProps, 'thread'>) {
  const { session, comments, say } = useDesk()
  const [isAsking, setAsking] = useState(false)
  const name = useName()
  const resolve = (): boolean => {
    const author = authorOf(session)
    // Others see who resolved it.
    if (author === undefined) setAsking(true)
    return author !== undefined && comments.resolve(author, id)
  }
  const end = () => {
    if (isAsking && !name.take()) return
    const isDone = resolved === undefined ? resolve() : comments.reopen(id)
    if (isDone) say(resolved === undefined ? TEXTS.nowResolved : TEXTS.nowOpen)
  }
  return (
    <>
      {isAsking && resolved === undefined && <NameField name={name} />}
      <button type="button" className="plain end-thread" onClick={end}>
        {resolved === undefined ? TEXTS.resolve : TEXTS.reopen}
      </button>
    </>
  )
}

interface QuoteProps {
  readonly quote: string
  readonly isGone: boolean
  readonly onGo: () => void
}

function Quote({ quote, isGone, onGo }: QuoteProps) {
  if (isGone) {
    return (
      <blockquote dir="auto" className="gone">
        <small>{TEXTS.deletedText}</small> {quote}
      </blockquote>
    )
  }
  return (
    <blockquote>
      <button type="button" dir="auto" aria-label={TEXTS.goTo(quote)} onClick={onGo}>
        {quote}
      </button>
    </blockquote>
  )
}
