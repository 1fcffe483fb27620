import type { Editor } from '@tiptap/core'
import { useCallback, useEffect, useRef } from 'react'
import { DRAFT } from './useMarks.js'

/** Calls back when the user has asked once more. */
export function useAsked(asked: number, begin: () => void): void {
  const heard = useRef(0)
  useEffect(() => {
    if (asked > heard.current) begin()
    heard.current = asked
  }, [asked, begin])
}

/** Calls back on Ctrl+Alt+M, wherever the focus is. */
export function useKey(begin: () => void): void {
  useEffect(() => {
    const look = (event: KeyboardEvent) => {
      const isMeant = event.altKey && (event.ctrlKey || event.metaKey) && event.code === 'KeyM'
      // With AltGr, M is a letter of its own on some keyboards.
      if (
        !isMeant ||
        event.getModifierState('AltGraph') ||
        document.querySelector('dialog[open]') !== null
      )
        return
      event.preventDefault()
      begin()
    }
    window.addEventListener('keydown', look)
    return () => window.removeEventListener('keydown', look)
  }, [begin])
}

/** Calls back with the thread of a commented text that was clicked, unless the click ends a selection. */
export function useClicks({ view: { dom } }: Editor, show: (thread: string) => void): void {
  useEffect(() => {
    const look = ({ target }: MouseEvent) => {
      const marked = target instanceof Element ? target.closest('[data-thread]') : null
      const thread = marked?.getAttribute('data-thread')
      if (thread && thread !== DRAFT && getSelection()?.isCollapsed !== false) show(thread)
    }
    dom.addEventListener('click', look)
    return () => dom.removeEventListener('click', look)
  }, [dom, show])
}

/** Returns a function that stays the same, and does what that of the last rendering does. */
export function useStable<Given extends readonly unknown[]>(
  run: (...given: Given) => void,
): (...given: Given) => void {
  const last = useRef(run)
  useEffect(() => {
    last.current = run
  })
  return useCallback((...given: Given) => last.current(...given), [])
}
