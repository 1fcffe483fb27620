import { useEffect, useRef, useState } from 'react'
import { currentLanguage } from '../../../language/language.js'
import type { Comment } from './comments-document.js'
import { Composer } from './Composer.js'
import { useDesk, useDraft } from './desk.js'
import { TEXTS } from './texts.js'

interface CommentItemProps {
  readonly comment: Comment
}

/** A comment, which its author can edit and delete. @see OFFICE.md PG69 */
export function CommentItem({ comment }: CommentItemProps) {
  const { comments, drafts, ownId, canWrite } = useDesk()
  const { id, author, atMs, text, mentions, editedMs } = comment
  const key = `edit/${id}` as const
  const isEditing = useDraft(key) !== undefined
  const isOwn = author.id === ownId && canWrite
  return (
    <div className="comment">
      <p className="by">
        <bdi>{author.name}</bdi>
        <time dateTime={new Date(atMs).toISOString()}>{timeOf(atMs)}</time>
        {editedMs !== undefined && <span>{TEXTS.edited}</span>}
      </p>
      {isEditing ? (
        <Composer
          draftKey={key}
          label={TEXTS.edit}
          placeholder={TEXTS.write}
          send={TEXTS.save}
          canSend={canWrite}
          onSend={(written) => comments.edit(id, written)}
        />
      ) : (
        <p className="said" dir="auto">
          <Said text={text} mentions={mentions} />
        </p>
      )}
      {isOwn && !isEditing && (
        <Own comment={comment} edit={() => drafts.begin(key, { text, mentions, before: text })} />
      )}
    </div>
  )
}

interface OwnProps extends CommentItemProps {
  readonly edit: () => void
}

/** What authors can do with what they wrote. Deleting can't be undone, so it asks. */
function Own({ comment, edit }: OwnProps) {
  const { comments, say } = useDesk()
  const [isAsking, setAsking] = useState(false)
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isAsking) keep.current?.focus()
  }, [isAsking])
  const remove = () => {
    if (comments.remove(comment.id)) say(TEXTS.removed)
  }
  if (!isAsking) {
    return (
      <p className="own">
        <button type="button" className="link" onClick={edit}>
          {TEXTS.edit}
        </button>
        <button type="button" className="link" onClick={() => setAsking(true)}>
          {TEXTS.remove}
        </button>
      </p>
    )
  }
  return (
    <fieldset className="asking" aria-label={TEXTS.askRemove}>
      <span>{TEXTS.askRemove}</span>
      <button ref={keep} type="button" className="plain" onClick={() => setAsking(false)}>
        {TEXTS.keep}
      </button>
      <button type="button" className="plain danger" onClick={remove}>
        {TEXTS.remove}
      </button>
    </fieldset>
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

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format takes longer than using it a hundred times. */
function timeOf(atMs: number): string {
  const { locale } = currentLanguage()
  const format =
    formats.get(locale) ??
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  formats.set(locale, format)
  return format.format(atMs)
}
