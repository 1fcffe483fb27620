import { useEffect, useRef } from 'react'
import { authorOf } from './author.js'
import type { Thread } from './comments-document.js'
import { Composer } from './Composer.js'
import { useDesk, useDraft } from './desk.js'
import type { DraftList } from './drafts.js'
import type { Places } from './marks.js'
import { TEXTS } from './texts.js'
import { ThreadCard } from './ThreadCard.js'
import { useStable } from './useAsked.js'
import type { CommentsNow } from './useComments.js'
import { useFocusKept } from './useFocusKept.js'

interface PanelProps extends CommentsNow, Places {
  readonly list: DraftList
  /** The thread that the user is at. */
  readonly current: string | undefined
  readonly isResolved: boolean
  readonly showResolved: (isResolved: boolean) => void
  /** The user is at a thread. */
  readonly choose: (thread: string) => void
  /** Leads to a thread. */
  readonly show: (thread: string) => void
  /** Goes to the text of a thread. */
  readonly go: (thread: Thread) => void
  readonly close: () => void
}

/** Lists the threads of a page beside its text; on a phone below it. @see OFFICE.md PG68, PG76 */
export function Panel(props: PanelProps) {
  const { threads, ranges, gone, list, current, isResolved, isLoaded, hasPage } = props
  const { trouble, close } = props
  const panel = useRef<HTMLElement>(null)
  const go = useStable(props.go)
  useWithin(panel, props.choose, close)
  useFocusKept(panel)
  const shown = shownOf(threads, list, isResolved)
  const hint = hintOf(props, shown.length)
  return (
    <section ref={panel} className="comments" tabIndex={-1} aria-label={TEXTS.title}>
      <Head {...{ threads, isResolved, panel }} showResolved={props.showResolved} onClose={close} />
      {trouble !== undefined && <p className="trouble">{trouble}</p>}
      {hasPage && isLoaded && <Orphans {...{ threads, list }} />}
      {list.has('new') && <NewThread onSent={props.show} />}
      {hint !== undefined && <p className="hint">{hint}</p>}
      <ol>
        {inOrder(shown, ranges).map((thread) => (
          <li key={thread.id} data-thread={thread.id}>
            <ThreadCard
              thread={thread}
              isCurrent={thread.id === current}
              isGone={gone.has(thread.id)}
              onGo={go}
            />
          </li>
        ))}
      </ol>
    </section>
  )
}

/** A thread with something that isn't sent stays where the user looks for it. */
function shownOf(threads: readonly Thread[], list: DraftList, isResolved: boolean) {
  return threads.filter(
    ({ id, resolved }) => (resolved !== undefined) === isResolved || list.has(`reply/${id}`),
  )
}

function hintOf(
  { isLoaded, hasPage, isResolved, canWrite, list, comments }: PanelProps,
  count: number,
): string | undefined {
  if (!comments.isKnown) return undefined
  if (!isLoaded) return TEXTS.loading
  if (!hasPage) return TEXTS.noPage
  if (count > 0 || list.has('new')) return canWrite ? undefined : TEXTS.notAllowed
  if (isResolved) return TEXTS.noneResolved
  return canWrite ? TEXTS.none : TEXTS.notAllowed
}

function NewThread({ onSent }: { readonly onSent: (thread: string) => void }) {
  const { session, comments, canWrite, say } = useDesk()
  const draft = useDraft('new')
  if (draft?.anchor === undefined) return null
  const { anchor } = draft
  return (
    <section className="thread current" aria-label={TEXTS.begin}>
      <blockquote dir="auto">{anchor.quote}</blockquote>
      <Composer
        draftKey="new"
        label={TEXTS.begin}
        placeholder={TEXTS.write}
        send={TEXTS.send}
        canSend={canWrite}
        onSend={(written) => {
          const author = authorOf(session)
          const added = author && comments.begin(author, anchor, written)
          if (typeof added !== 'object') return added
          onSent(added.id)
          say(TEXTS.sent)
          requestAnimationFrame(() => document.getElementById(`thread-${added.id}`)?.focus())
          return undefined
        }}
      />
    </section>
  )
}

interface OrphansProps {
  readonly threads: readonly Thread[]
  readonly list: DraftList
}

/** What was written to something that has been deleted since. */
function Orphans({ threads, list }: OrphansProps) {
  const { drafts } = useDesk()
  const ids = threads.flatMap(({ id, comments }) => [id, ...comments.map((each) => each.id)])
  const known = new Set(ids)
  const orphans = [...list].filter(([key]) => key !== 'new' && !known.has(key.split('/')[1]!))
  return orphans.map(([key, { text }]) => (
    <section key={key} className="thread orphan" aria-label={TEXTS.orphan}>
      <p className="trouble">{TEXTS.orphan}</p>
      <p className="said" dir="auto">
        {text}
      </p>
      <button type="button" className="plain" onClick={() => drafts.discard(key)}>
        {TEXTS.discard}
      </button>
    </section>
  ))
}

interface HeadProps {
  readonly threads: readonly Thread[]
  readonly isResolved: boolean
  readonly panel: React.RefObject<HTMLElement | null>
  readonly showResolved: (isResolved: boolean) => void
  readonly onClose: () => void
}

function Head({ threads, isResolved, panel, showResolved, onClose }: HeadProps) {
  const open = threads.filter(({ resolved }) => resolved === undefined).length
  const choices = [
    [false, TEXTS.openOnes(open)],
    [true, TEXTS.resolvedOnes(threads.length - open)],
  ] as const
  return (
    <header>
      <h2>{TEXTS.title}</h2>
      <span className="steps">
        <Tool
          label={TEXTS.previous}
          keys="Alt+ArrowUp"
          face="↑"
          run={() => step(panel.current, -1)}
        />
        <Tool label={TEXTS.next} keys="Alt+ArrowDown" face="↓" run={() => step(panel.current, 1)} />
        <Tool label={TEXTS.close} keys="Escape" face="×" run={onClose} />
      </span>
      <fieldset aria-label={TEXTS.which}>
        {choices.map(([which, label]) => (
          <button
            key={String(which)}
            type="button"
            aria-pressed={isResolved === which}
            onClick={() => showResolved(which)}
          >
            {label}
          </button>
        ))}
      </fieldset>
    </header>
  )
}

interface ToolProps {
  readonly label: string
  readonly keys: string
  readonly face: string
  readonly run: () => void
}

const Tool = ({ label, keys, face, run }: ToolProps) => (
  <button
    type="button"
    className="tool"
    aria-label={label}
    aria-keyshortcuts={keys}
    title={label}
    onClick={run}
  >
    {face}
  </button>
)

/** Puts the focus on the next thread, or on the one before. */
function step(panel: HTMLElement | null, by: 1 | -1): void {
  const cards = [...(panel?.querySelectorAll<HTMLElement>('article.thread') ?? [])]
  const within = document.activeElement?.closest('article.thread')
  const at = cards.findIndex((card) => (within ? card === within : card.matches('.current')))
  const first = by === 1 ? 0 : cards.length - 1
  cards[at === -1 ? first : (at + by + cards.length) % cards.length]?.focus()
}

const RELEASES = ['pointerup', 'pointercancel'] as const

/** Whoever works in a thread, by whatever means, is at it; Escape leaves the panel. @see OFFICE.md PG75, PG94 */
function useWithin(
  panel: React.RefObject<HTMLElement | null>,
  choose: (thread: string) => void,
  close: () => void,
): void {
  const [chooses, closes] = [useStable(choose), useStable(close)]
  useEffect(() => {
    const element = panel.current
    let isPressed = false
    const follow = ({ target }: Event) => {
      const within = target instanceof Element ? target.closest('[data-thread]') : null
      const thread = within?.getAttribute('data-thread')
      if (thread) chooses(thread)
    }
    const focused = (event: FocusEvent) => {
      // What becomes longer while a button is pressed would move it away from the pointer.
      if (!isPressed) follow(event)
    }
    const pointed = ({ type }: PointerEvent) => {
      isPressed = type === 'pointerdown'
    }
    const press = (event: KeyboardEvent) => {
      const { key, target, altKey } = event
      const isHere = target instanceof Element && element?.contains(target) === true
      if (!isHere || event.defaultPrevented) return
      const by = altKey ? ({ ArrowUp: -1, ArrowDown: 1 } as const)[key] : undefined
      if (by !== undefined) step(element, by)
      else if (key === 'Escape') closes()
      else return
      event.preventDefault()
    }
    element?.addEventListener('focusin', focused)
    element?.addEventListener('pointerdown', pointed)
    element?.addEventListener('click', follow)
    for (const type of RELEASES) window.addEventListener(type, pointed)
    // After those of the fields within it.
    window.addEventListener('keydown', press)
    return () => {
      element?.removeEventListener('focusin', focused)
      element?.removeEventListener('pointerdown', pointed)
      element?.removeEventListener('click', follow)
      for (const type of RELEASES) window.removeEventListener(type, pointed)
      window.removeEventListener('keydown', press)
    }
  }, [panel, chooses, closes])
}

/** Returns threads in the order of their text; those whose text is deleted come last. */
function inOrder(threads: readonly Thread[], ranges: Places['ranges']): readonly Thread[] {
  const placeOf = ({ id }: Thread) => ranges.get(id)?.from ?? Number.MAX_SAFE_INTEGER
  return threads.toSorted((one, other) => placeOf(one) - placeOf(other))
}
