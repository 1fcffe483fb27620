import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { charactersLeft, LIMITS, type Refused, type Written } from './comments-document.js'
import { useDesk, useDraft } from './desk.js'
import { hasText, type Draft, type DraftKey } from './drafts.js'
import { NameField, useName } from './NameField.js'
import { TEXTS } from './texts.js'
import { useMentions, type Mentions } from './useMentions.js'

interface ComposerProps {
  readonly draftKey: DraftKey
  readonly label: string
  readonly placeholder: string
  /** What its button says. */
  readonly send: string
  readonly canSend: boolean
  /** Returns why it isn't stored. */
  readonly onSend: (written: Written) => Refused | undefined
}

/** How few characters are left before the field says how many. */
const FEW = 400
const EMPTY: Draft = { text: '', mentions: [] }

/** A field for a comment: Ctrl+Enter sends it, and `@` offers people. An unsent text stays a draft. @see OFFICE.md PG70, PG93 */
export function Composer(props: ComposerProps) {
  const { draftKey, label, placeholder, canSend } = props
  const { drafts, people, asksName } = useDesk()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const mentions = useMentions(people)
  const kept = useDraft(draftKey)
  const { text } = kept ?? EMPTY
  const name = useName()
  const { refused, change, pick, submit } = useWriting(props, field, mentions, name.take)
  const { offered, at } = mentions
  const left = charactersLeft(text)
  useEffect(() => {
    if (!drafts.takeBegun(draftKey)) return
    field.current?.focus()
    field.current?.setSelectionRange(text.length, text.length)
  })
  const press = keysOf(mentions, pick, submit)
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {asksName && kept !== undefined && <NameField name={name} />}
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        aria-autocomplete="list"
        aria-controls={offered.length > 0 ? id : undefined}
        aria-activedescendant={offered.length > 0 ? `${id}-${at}` : undefined}
        aria-describedby={`${id}-why`}
        aria-invalid={refused !== undefined || left < 0}
        onChange={({ currentTarget }) => change(currentTarget)}
        onKeyDown={press}
        onBlur={mentions.close}
      />
      {offered.length > 0 && <Offered {...{ id, offered, at }} onPick={pick} />}
      <Why id={`${id}-why`} refused={refused} left={left} />
      {kept !== undefined && (
        <p className="actions">
          <button type="button" className="plain" onClick={() => drafts.discard(draftKey)}>
            {hasText(kept) ? TEXTS.discard : TEXTS.cancel}
          </button>
          <button type="submit" className="plain main" disabled={!canSend || !fits(text)}>
            {props.send}
          </button>
        </p>
      )}
    </form>
  )
}

/** Whether a text can be that of a comment. */
const fits = (text: string): boolean => text.trim() !== '' && charactersLeft(text) >= 0

/** Returns what keys do in the field: Ctrl+Enter sends, whatever is offered. */
const keysOf =
  (mentions: Mentions, pick: (name: string) => void, submit: () => void) =>
  (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit()
    else {
      const taken = mentions.press(event.key, event.currentTarget.selectionStart)
      if (typeof taken === 'string') pick(taken)
      else if (!taken) return
    }
    event.preventDefault()
  }

/** Holds what is being written. */
function useWriting(
  { draftKey, canSend, onSend }: ComposerProps,
  field: React.RefObject<HTMLTextAreaElement | null>,
  mentions: Mentions,
  takeName: () => boolean,
) {
  const { drafts } = useDesk()
  const [refused, setRefused] = useState<Refused>()
  const [caret, setCaret] = useState<{ readonly at: number }>()
  const draft = (): Draft => drafts.getSnapshot().get(draftKey) ?? EMPTY
  // A text that React has set has its caret at the end.
  useLayoutEffect(() => {
    if (caret !== undefined) field.current?.setSelectionRange(caret.at, caret.at)
  }, [field, caret])
  return {
    refused,
    change: (element: HTMLTextAreaElement) => {
      drafts.set(draftKey, { ...draft(), text: element.value })
      setRefused(undefined)
      mentions.look(element)
    },
    pick: (name: string) => {
      const [text, at] = mentions.pick(field.current!, name)
      drafts.set(draftKey, { ...draft(), text, mentions: [...draft().mentions, name] })
      setCaret({ at })
    },
    submit: () => {
      mentions.close()
      const { text, mentions: picked } = draft()
      if (!canSend || charactersLeft(text) < 0 || !takeName()) return
      const names = [...new Set(picked)].filter((name) => text.includes(`@${name}`))
      const why = onSend({ text, mentions: names })
      setRefused(why)
      if (why !== undefined) return field.current?.focus()
      drafts.discard(draftKey)
    },
  }
}

interface WhyProps {
  readonly id: string
  readonly refused: Refused | undefined
  /** How many characters are left. */
  readonly left: number
}

/** Says why a comment isn't stored, or soon couldn't be. @see OFFICE.md PG99 */
function Why({ id, refused, left }: WhyProps) {
  const why = refused === undefined || refused === 'empty' ? undefined : whyOf(refused)
  if (why === undefined && left >= FEW) return null
  return (
    <output id={id} className={left < 0 || why !== undefined ? 'trouble' : 'left'}>
      {why ?? TEXTS.left(left)}
    </output>
  )
}

function whyOf(refused: Exclude<Refused, 'empty'>): string {
  if (refused === 'long') return TEXTS.long(LIMITS.characters)
  return refused === 'full' ? TEXTS.full : TEXTS.notNow
}

interface OfferedProps extends Pick<Mentions, 'offered' | 'at'> {
  readonly id: string
  readonly onPick: (name: string) => void
}

const Offered = ({ id, offered, at, onPick }: OfferedProps) => (
  <>
    {/* The keyboard is in the field, which names the chosen one; a real list would take it. */}
    {/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events */}
    <div id={id} className="mentions" role="listbox" aria-label={TEXTS.people}>
      {offered.map((name, index) => (
        <div
          key={name}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(name)}
        >
          {name}
        </div>
      ))}
    </div>
    {/* oxlint-enable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events */}
  </>
)
