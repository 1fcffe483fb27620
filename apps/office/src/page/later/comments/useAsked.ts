import type { Editor } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import { useCallback, useEffect, useRef } from 'react'
import { DRAFT } from './marks.js'

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

/** Calls back with where commented text was clicked, unless the click ends a selection. */
export function useClicks({ view }: Editor, show: (at: number, thread: string) => void): void {
  useEffect(() => {
    const look = ({ target, clientX: left, clientY: top }: MouseEvent) => {
      const marked = target instanceof Element ? target.closest('[data-thread]') : null
      const thread = marked?.getAttribute('data-thread')
      if (!thread || thread === DRAFT || getSelection()?.isCollapsed === false) return
      const at = view.posAtCoords({ left, top })?.pos ?? view.posAtDOM(marked!, 0)
      putCaret(view, at)
      show(at, thread)
    }
    view.dom.addEventListener('click', look)
    return () => view.dom.removeEventListener('click', look)
  }, [view, show])
}

/** Where the caret was before a click must not come back when the marks are drawn, before the editor hears of the click. */
function putCaret({ state, dispatch }: Editor['view'], at: number): void {
  if (state.selection.empty && state.selection.from === at) return
  dispatch(state.tr.setSelection(TextSelection.near(state.doc.resolve(at))))
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
