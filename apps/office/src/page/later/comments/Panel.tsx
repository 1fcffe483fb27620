import { useEffect, useRef, useState } from 'react'
import type { Session } from '../../../session.js'
import type { Anchor, Refused, Thread, Written } from './comments-document.js'
import { Composer } from './Composer.js'
import type { Ranges } from './marks.js'
import { TEXTS } from './texts.js'
import { ThreadCard } from './ThreadCard.js'
import { useStable } from './useAsked.js'
import type { CommentsNow } from './useComments.js'
import { usePeople } from './usePeople.js'

interface PanelProps extends CommentsNow {
  readonly session: Session
  readonly ranges: Ranges
  /** The thread that the user is at. */
  readonly current: string | undefined
  /** What the new comment is about; `null` while there is none. */
  readonly draft: Anchor | null
  readonly say: (text: string) => void
  /** Sends the new comment; returns why it isn't stored. */
  readonly send: (written: Written) => Refused | undefined
  readonly cancel: () => void
  readonly choose: (thread: string) => void
  /** Goes to the text of a thread. */
  readonly go: (thread: Thread) => void
  readonly close: () => void
}

/** Lists the threads of a page beside its text; on a phone below it. @see OFFICE.md PG68, PG76 */
export function Panel(props: PanelProps) {
  const { session, comments, threads, ranges, current, draft, trouble, say } = props
  const [isResolved, showResolved] = useState(false)
  const people = usePeople(session, threads)
  const panel = useRef<HTMLElement>(null)
  useWithin(panel, props.choose, props.close)
  const shown = threads.filter(({ resolved }) => (resolved !== undefined) === isResolved)
  return (
    <section ref={panel} className="comments" aria-label={TEXTS.title}>
      <Head {...{ threads, isResolved, showResolved }} onClose={props.close} />
      {trouble !== undefined && <p className="trouble">{trouble}</p>}
      {draft !== null && (
        <section className="thread current" aria-label={TEXTS.begin}>
          <blockquote dir="auto">{draft.quote}</blockquote>
          <Composer
            label={TEXTS.begin}
            placeholder={TEXTS.write}
            send={TEXTS.send}
            people={people}
            isFocused
            onSend={props.send}
            onCancel={props.cancel}
          />
        </section>
      )}
      {shown.length === 0 && draft === null && (
        <p className="hint">{isResolved ? TEXTS.noneResolved : TEXTS.none}</p>
      )}
      <ol>
        {inOrder(shown, ranges).map((thread) => (
          <li key={thread.id} data-thread={thread.id}>
            <ThreadCard
              {...{ session, thread, people, say }}
              comments={comments!}
              isCurrent={thread.id === current}
              isGone={!ranges.has(thread.id)}
              onGo={() => props.go(thread)}
            />
          </li>
        ))}
      </ol>
    </section>
  )
}

interface HeadProps {
  readonly threads: readonly Thread[]
  readonly isResolved: boolean
  readonly showResolved: (isResolved: boolean) => void
  readonly onClose: () => void
}

function Head({ threads, isResolved, showResolved, onClose }: HeadProps) {
  const open = threads.filter(({ resolved }) => resolved === undefined).length
  const choices = [
    [false, TEXTS.openOnes(open)],
    [true, TEXTS.resolvedOnes(threads.length - open)],
  ] as const
  return (
    <header>
      <h2>{TEXTS.title}</h2>
      <fieldset aria-label={TEXTS.which}>
        {choices.map(([which, label]) => (
          <button
            key={label}
            type="button"
            aria-pressed={isResolved === which}
            onClick={() => showResolved(which)}
          >
            {label}
          </button>
        ))}
      </fieldset>
      <button
        type="button"
        className="tool"
        aria-label={TEXTS.close}
        title={TEXTS.close}
        onClick={onClose}
      >
        ×
      </button>
    </header>
  )
}

/** Whoever works in a thread, by whatever means, is at it; Escape leaves the panel. @see OFFICE.md PG75 */
function useWithin(
  panel: React.RefObject<HTMLElement | null>,
  choose: (thread: string) => void,
  close: () => void,
): void {
  const [chooses, closes] = [useStable(choose), useStable(close)]
  useEffect(() => {
    const element = panel.current
    const follow = ({ target }: FocusEvent) => {
      const within = target instanceof Element ? target.closest('[data-thread]') : null
      const thread = within?.getAttribute('data-thread')
      if (thread) chooses(thread)
    }
    const leave = ({ key, target, defaultPrevented }: KeyboardEvent) => {
      const isHere = target instanceof Element && element?.contains(target) === true
      if (key === 'Escape' && isHere && !defaultPrevented) closes()
    }
    element?.addEventListener('focusin', follow)
    // After those of the fields within it.
    window.addEventListener('keydown', leave)
    return () => {
      element?.removeEventListener('focusin', follow)
      window.removeEventListener('keydown', leave)
    }
  }, [panel, chooses, closes])
}

/** Returns threads in the order of their text; those whose text is deleted come last. */
function inOrder(threads: readonly Thread[], ranges: Ranges): readonly Thread[] {
  const placeOf = ({ id }: Thread) => ranges.get(id)?.from ?? Number.MAX_SAFE_INTEGER
  return threads.toSorted((one, other) => placeOf(one) - placeOf(other))
}
