import { useEffect, useRef, useState } from 'react'
import { currentLanguage } from '../../../language/language.js'
import type { Session } from '../../../session.js'
import { authorOf } from './author.js'
import type { Comment, CommentsDocument, Thread } from './comments-document.js'
import { Composer } from './Composer.js'
import { TEXTS } from './texts.js'

interface ThreadCardProps {
  readonly session: Session
  readonly comments: CommentsDocument
  readonly thread: Thread
  readonly people: readonly string[]
  readonly isCurrent: boolean
  /** Whether its text is deleted. */
  readonly isGone: boolean
  readonly say: (text: string) => void
  readonly onGo: () => void
}

/** A thread: what it is about, its comments, and what can be done with it. */
export function ThreadCard(props: ThreadCardProps) {
  const { session, comments, thread, people, isCurrent, isGone, say, onGo } = props
  const { id, anchor, resolved } = thread
  const card = useRef<HTMLElement>(null)
  useEffect(() => {
    if (isCurrent) card.current?.scrollIntoView({ block: 'nearest' })
  }, [isCurrent])
  const end = () => {
    if (resolved === undefined) comments.resolve(authorOf(session), id)
    else comments.reopen(id)
    say(resolved === undefined ? TEXTS.nowResolved : TEXTS.nowOpen)
  }
  return (
    <article
      ref={card}
      id={`thread-${id}`}
      className={isCurrent ? 'thread current' : 'thread'}
      tabIndex={-1}
      aria-label={TEXTS.threadOn(anchor.quote)}
    >
      <Quote quote={anchor.quote} isGone={isGone} onGo={onGo} />
      {thread.comments.map((comment) => (
        <CommentItem key={comment.id} {...{ session, comments, comment, people, say }} />
      ))}
      {resolved !== undefined && <p className="end">{TEXTS.resolvedBy(resolved.by)}</p>}
      {resolved === undefined && (
        <Composer
          label={TEXTS.reply}
          placeholder={TEXTS.reply}
          send={TEXTS.reply}
          people={people}
          onSend={(written) => {
            const added = comments.reply(authorOf(session), id, written)
            if (typeof added !== 'object') return added
            say(TEXTS.sent)
            return undefined
          }}
        />
      )}
      <button type="button" className="plain end-thread" onClick={end}>
        {resolved === undefined ? TEXTS.resolve : TEXTS.reopen}
      </button>
    </article>
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

interface CommentItemProps {
  readonly session: Session
  readonly comments: CommentsDocument
  readonly comment: Comment
  readonly people: readonly string[]
  readonly say: (text: string) => void
}

function CommentItem({ session, comments, comment, people, say }: CommentItemProps) {
  const [isEditing, setEditing] = useState(false)
  const { id, author, atMs, text, mentions, editedMs } = comment
  const isOwn = author.id === authorOf(session).id
  return (
    <div className="comment">
      <p className="by">
        <bdi>{author.name}</bdi>
        <time dateTime={new Date(atMs).toISOString()}>{timeOf(atMs)}</time>
        {editedMs !== undefined && <span>{TEXTS.edited}</span>}
      </p>
      {isEditing ? (
        <Composer
          label={TEXTS.edit}
          placeholder={TEXTS.write}
          send={TEXTS.save}
          people={people}
          written={comment}
          isFocused
          onSend={(written) => {
            const refused = comments.edit(id, written)
            if (refused === undefined) setEditing(false)
            return refused
          }}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <p className="said" dir="auto">
          <Said text={text} mentions={mentions} />
        </p>
      )}
      {isOwn && !isEditing && (
        <p className="own">
          <button type="button" className="link" onClick={() => setEditing(true)}>
            {TEXTS.edit}
          </button>
          <button
            type="button"
            className="link"
            onClick={() => {
              comments.remove(id)
              say(TEXTS.removed)
            }}
          >
            {TEXTS.remove}
          </button>
        </p>
      )}
    </div>
  )
}

/** A text, as it was written, with the people that it mentions. @see OFFICE.md PG70 */
function Said({ text, mentions }: Pick<Comment, 'text' | 'mentions'>) {
  const parts = mentions.reduce(
    (before, name) => before.flatMap((part) => splitAt(part, `@${name}`)),
    [text],
  )
  const isMention = (part: string) => mentions.some((name) => part === `@${name}`)
  return parts.map((part, at) =>
    // oxlint-disable-next-line react/no-array-index-key -- the parts of a text have no other name
    isMention(part) ? <strong key={at}>{part}</strong> : part,
  )
}

/** Splits a text at each occurrence of another, which stays as a part of its own. */
function splitAt(text: string, by: string): readonly string[] {
  if (text === by) return [text]
  return text.split(by).flatMap((part, at) => (at === 0 ? [part] : [by, part]))
}

const timeOf = (atMs: number): string =>
  new Intl.DateTimeFormat(currentLanguage().locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(atMs)
