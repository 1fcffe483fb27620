import { useEffect, useRef } from 'react'

/**
 * Keeps the focus in the panel when what had it goes away, such as a thread that is resolved: the thread it was
 * in has it then, or the one that took its place, or the panel.
 *
 * @see OFFICE.md PG94
 */
export function useFocusKept(panel: React.RefObject<HTMLElement | null>): void {
  const last = useRef<{
    readonly element: Element
    readonly thread: string | null
    readonly at: number
  }>(undefined)
  useEffect(() => {
    const element = panel.current!
    const note = ({ target }: FocusEvent) => {
      if (!(target instanceof Element)) return
      const card = target.closest('article.thread')
      const at = card === null ? 0 : cardsIn(element).indexOf(card as HTMLElement)
      last.current = { element: target, thread: card?.id ?? null, at }
    }
    element.addEventListener('focusin', note)
    const observer = new MutationObserver(() => {
      const { current } = last
      if (current?.element.isConnected !== false || document.activeElement !== document.body) return
      const cards = cardsIn(element)
      const own = cards.find(({ id }) => id === current.thread)
      const near = own ?? cards[Math.min(current.at, cards.length - 1)] ?? element
      near.focus()
    })
    observer.observe(element, { childList: true, subtree: true })
    return () => {
      element.removeEventListener('focusin', note)
      observer.disconnect()
    }
  }, [panel])
}

const cardsIn = (panel: HTMLElement): readonly HTMLElement[] => [
  ...panel.querySelectorAll<HTMLElement>('article.thread'),
]
