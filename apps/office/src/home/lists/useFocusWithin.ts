import { type RefObject, useEffect } from 'react'

/** Moves the focus to an element while a question is shown, and then back, unless it was moved elsewhere. */
export function useFocusWithin(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null
    element.current?.focus()
    return () => {
      // What had the focus is gone by then.
      if (document.activeElement === document.body) before?.focus()
    }
  }, [element])
}
