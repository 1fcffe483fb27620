import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { LIMITS, type Refused, type Written } from './comments-document.js'
import { TEXTS } from './texts.js'
import { useMentions, type Mentions } from './useMentions.js'

interface ComposerProps {
  readonly label: string
  readonly placeholder: string
  /** What its button says. */
  readonly send: string
  readonly people: readonly string[]
  readonly written?: Written
  readonly isFocused?: boolean
  /** Returns why it isn't stored. */
  readonly onSend: (written: Written) => Refused | undefined
  /** Without it, the buttons appear once something is written. */
  readonly onCancel?: () => void
}

/** A field for a comment: Ctrl+Enter sends it, Escape leaves it, `@` offers people. @see OFFICE.md PG70 */
export function Composer(props: ComposerProps) {
  const { label, placeholder, people, isFocused, onCancel } = props
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const mentions = useMentions(people)
  const { text, refused, change, pick, submit, cancel } = useDraft(props, field, mentions)
  const { offered, at } = mentions
  useFocus(field, isFocused === true)
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const taken = mentions.press(event.key)
    const isLeft = event.key === 'Escape' && (onCancel !== undefined || text !== '')
    if (typeof taken === 'string') pick(taken)
    else if (!taken && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit()
    else if (!taken && isLeft) cancel()
    else if (!taken) return
    event.preventDefault()
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
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
        aria-describedby={refused === undefined ? undefined : `${id}-why`}
        aria-invalid={refused !== undefined}
        onChange={({ currentTarget }) => change(currentTarget)}
        onKeyDown={press}
        onBlur={mentions.close}
      />
      {offered.length > 0 && <Offered {...{ id, offered, at }} onPick={pick} />}
      <Why id={`${id}-why`} refused={refused} />
      {(onCancel !== undefined || text !== '') && (
        <p className="actions">
          <button type="button" className="plain" onClick={cancel}>
            {TEXTS.cancel}
          </button>
          <button type="submit" className="plain main" disabled={text.trim() === ''}>
            {props.send}
          </button>
        </p>
      )}
    </form>
  )
}

/** Holds what is being written. */
function useDraft(
  { written, onSend, onCancel }: ComposerProps,
  field: React.RefObject<HTMLTextAreaElement | null>,
  mentions: Mentions,
) {
  const [text, setText] = useState(written?.text ?? '')
  const [picked, setPicked] = useState(written?.mentions ?? [])
  const [refused, setRefused] = useState<Refused>()
  const [caret, setCaret] = useState<number>()
  // A text that React has set has its caret at the end.
  useLayoutEffect(() => {
    if (caret !== undefined) field.current?.setSelectionRange(caret, caret)
  }, [field, caret])
  return {
    text,
    refused,
    change: (element: HTMLTextAreaElement) => {
      setText(element.value)
      setCaret(undefined)
      setRefused(undefined)
      mentions.look(element)
    },
    pick: (name: string) => {
      const element = field.current!
      const [next, after] = mentions.pick(element, name)
      setText(next)
      setPicked((others) => [...others, name])
      setCaret(after)
    },
    submit: () => {
      const names = [...new Set(picked)].filter((name) => text.includes(`@${name}`))
      const why = onSend({ text, mentions: names })
      setRefused(why)
      if (why !== undefined) return field.current?.focus()
      setText('')
      setPicked([])
    },
    cancel: () => {
      setText(written?.text ?? '')
      mentions.close()
      onCancel?.()
    },
  }
}

interface WhyProps {
  readonly id: string
  readonly refused: Refused | undefined
}

/** Says why a comment isn't stored. */
function Why({ id, refused }: WhyProps) {
  if (refused === undefined || refused === 'empty') return null
  return (
    <p id={id} className="trouble" role="alert">
      {refused === 'long' ? TEXTS.long(LIMITS.characters) : TEXTS.full}
    </p>
  )
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

function useFocus(field: React.RefObject<HTMLElement | null>, isFocused: boolean): void {
  useEffect(() => {
    if (isFocused) field.current?.focus()
  }, [field, isFocused])
}
